using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OrleansInference.CliTests.Load;

/// <summary>HTTP server of one model whose other endpoints give scripted answers.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private ScriptedServer(WebApplication application) => _application = application;

    public Uri Address => new(_application.Urls.First());

    public static async Task<ScriptedServer> StartAsync(RequestDelegate completions)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        WebApplication application = builder.Build();
        application.MapGet("/v1/models", () => Results.Text("""{"data":[{"id":"scripted"}]}""", "application/json"));
        application.MapPost("/v1/completions", completions);
        application.MapPost("/v1/chat/completions", completions);
        await application.StartAsync();
        return new ScriptedServer(application);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
