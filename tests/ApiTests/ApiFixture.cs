using System.ClientModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenAI;
using OrleansInference.Api;
using OrleansInference.Serving;

namespace OrleansInference.ApiTests;

/// <summary>A running server over a service, and clients for it. One for each test, so that tests share nothing.</summary>
internal sealed class ApiFixture : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ApiFixture(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Http = new HttpClient { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Http { get; }

    /// <param name="service">What answers.</param>
    /// <param name="options">Changes the options. Streams have no comments unless it says so, as they would come where the machine is busy.</param>
    /// <param name="time">The server's clock; the system's by default.</param>
    public static async Task<ApiFixture> StartAsync(IInferenceService service, Action<ApiOptions>? options = null, TimeProvider? time = null)
    {
        WebApplication app = InferenceServer.Build(
            service,
            new ServerOptions { Port = 0 },
            own =>
            {
                own.KeepAlive = TimeSpan.Zero;
                options?.Invoke(own);
            },
            builder =>
            {
                builder.Logging.ClearProviders();
                builder.Services.AddSingleton(time ?? TimeProvider.System);
            });
        await app.StartAsync();
        return new ApiFixture(app);
    }

    /// <summary>The official client, with retries off so that errors are seen.</summary>
    public OpenAIClient OpenAI(string key = "unused") => new(
        new ApiKeyCredential(key),
        new OpenAIClientOptions { Endpoint = new Uri(Address, "/v1"), RetryPolicy = new System.ClientModel.Primitives.ClientRetryPolicy(0) });

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }
}
