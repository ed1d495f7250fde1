using System.Net;
using Microsoft.Extensions.Options;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;
using OrleansInference.Text;

namespace OrleansInference.Api;

/// <summary>Where the server of one process listens.</summary>
public sealed class ServerOptions
{
    public IPAddress Address { get; set; } = IPAddress.Loopback;

    /// <summary>TCP port; 0 lets the system choose.</summary>
    public int Port { get; set; } = 8000;

    /// <summary>Names under which browsers reach the server, besides those of this machine.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Proxies whose X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host are believed.</summary>
    public IReadOnlyList<IPNetwork> Proxies { get; init; } = [];
}

/// <summary>Builds the web application of <c>serve</c>: Kestrel and the HTTP interface over one service.</summary>
public static class InferenceServer
{
    /// <summary>
    /// Most of a response that waits in the process for its client. A stream that is read slowly waits as tokens, of which each is a fraction of its event: Kestrel's own 64 KiB would hold some 280 events of each
    /// stream.
    /// </summary>
    internal const int MaxResponseBufferBytes = 4096;

    /// <param name="service">The service; the caller goes on owning it.</param>
    /// <param name="text">How the service's model reads and writes text.</param>
    /// <param name="server">Where to listen.</param>
    /// <param name="options">Changes the options after configuration was bound.</param>
    /// <param name="configure">Changes the builder, such as its logging.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: names the key of <see cref="ApiOptions"/>, its value and its range.</exception>
    public static WebApplication Build(
        IInferenceService service, ModelText text, ServerOptions server, Action<ApiOptions>? options = null, Action<WebApplicationBuilder>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxResponseBufferSize = MaxResponseBufferBytes;
            kestrel.Listen(server.Address, server.Port);
        });
        builder.Configuration["ForwardedHeaders_Enabled"] = "false"; // would have everybody believed
        builder.Services.AddSingleton(service);
        builder.Services.AddSingleton(text);
        builder.Services.AddSingleton(server);
        builder.Services.AddInferenceApi(options);
        configure?.Invoke(builder);
        WebApplication application = builder.Build();
        try
        {
            _ = application.Services.GetRequiredService<IOptions<ApiOptions>>().Value;
        }
        catch (Exception wrong) when (wrong is OptionsValidationException or InvalidOperationException)
        {
            ((IDisposable)application).Dispose();
            while (wrong.InnerException is InvalidOperationException inner) // of an item of a list, where the outer one does not say what is wrong
                wrong = inner;
            throw new InferenceException(ErrorCode.InvalidOption, wrong.Message, ApiOptions.Section, wrong);
        }

        return application.MapInferenceApi();
    }
}
