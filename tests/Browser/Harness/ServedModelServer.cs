using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using OrleansInference.Api;
using OrleansInference.Serving;

namespace OrleansInference.Browser.Harness;

/// <summary>The real server on a port of its own, over any service: a scripted one, or a model. The caller owns the service.</summary>
public sealed class ServedModelServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private ServedModelServer(WebApplication application) => _application = application;

    public Uri Address => new(_application.Urls.Single());

    public static async Task<ServedModelServer> StartAsync(IInferenceService service, Action<ApiOptions>? options = null)
    {
        WebApplication application = InferenceServer.Build(service, new ServerOptions { Port = 0 }, options, builder => builder.Logging.ClearProviders());
        await application.StartAsync();
        return new ServedModelServer(application);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
