using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using OrleansInference.Api;
using OrleansInference.ApiTests.Scripted;

namespace OrleansInference.Browser.Harness;

/// <summary>The real server on a port of its own, over a scripted service. The caller owns the service.</summary>
internal sealed class ServedModelServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private ServedModelServer(WebApplication application) => _application = application;

    public Uri Address => new(_application.Urls.Single());

    public static async Task<ServedModelServer> StartAsync(ScriptedService service, Action<ApiOptions>? options = null)
    {
        WebApplication application = InferenceServer.Build(service, ScriptedService.Text, new ServerOptions { Port = 0 }, options, builder => builder.Logging.ClearProviders());
        await application.StartAsync();
        return new ServedModelServer(application);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
