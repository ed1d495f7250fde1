using System.Net;
using Microsoft.Extensions.Options;
using OrleansInference.Api.Access;
using OrleansInference.Api.Tls;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;
using OrleansInference.Text;

namespace OrleansInference.Api;

/// <summary>Address, TLS and trust settings of a process' HTTP server.</summary>
public sealed class ServerOptions
{
    public IPAddress Address { get; set; } = IPAddress.Loopback;

    /// <summary>TCP port; 0 lets the system choose.</summary>
    public int Port { get; set; } = 8000;

    /// <summary>Names under which browsers reach the server, in addition to those of this machine.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Proxies whose X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host are trusted.</summary>
    public IReadOnlyList<IPNetwork> Proxies { get; init; } = [];

    /// <summary>Key of a cluster administrator, in addition to those that were created.</summary>
    public string? AdminKey { get; init; }

    /// <summary>When requests need a key.</summary>
    public KeyRule RequireKeys { get; init; }

    /// <summary>Whether requests need a key although there may be none yet.</summary>
    public bool AlwaysRequiresKeys => RequireKeys == KeyRule.On || (RequireKeys == KeyRule.Auto && !RequestHost.IsLoopback(Address));

    public ServerTlsOptions Tls { get; init; } = new();

    /// <summary>Other origins whose pages may use the API.</summary>
    public AllowedOrigins Origins { get; init; } = new();

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: names the setting, its value and the expected value.</exception>
    public void Validate()
    {
        Tls.Validate();
        Origins.Validate();
    }
}

/// <summary>Builds the web application of <c>serve</c>: Kestrel and the HTTP interface over one service.</summary>
public static class InferenceServer
{
    /// <summary>
    /// Maximum bytes of a response that are buffered in the process for its client. A slowly read stream waits in the form of tokens, which are much smaller than their events.
    /// Kestrel's default of 64 KiB would buffer about 280 events of each stream.
    /// </summary>
    internal const int MaxResponseBufferBytes = 4096;

    /// <param name="service">The service; the caller keeps its ownership.</param>
    /// <param name="text">Text encoding and decoding of the service's model.</param>
    /// <param name="server">Address and trust settings.</param>
    /// <param name="options">Changes the options after the configuration was bound.</param>
    /// <param name="configure">Changes the builder, such as its logging.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: the message names the key of <see cref="ApiOptions"/>, its value and its range.</exception>
    public static WebApplication Build(
        IInferenceService service, ModelText text, ServerOptions server, Action<ApiOptions>? options = null, Action<WebApplicationBuilder>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxResponseBufferSize = MaxResponseBufferBytes;
            kestrel.Listen(server.Address, server.Port, static listen => listen.UseServerTls());
        });
        builder.Configuration["ForwardedHeaders_Enabled"] = "false"; // otherwise every client would be trusted
        builder.Services.AddSingleton(service);
        builder.Services.AddSingleton(text);
        builder.Services.AddSingleton(server);
        builder.Services.AddServerTls(server.Tls);
        builder.Services.AddInferenceApi(options);
        configure?.Invoke(builder);
        WebApplication application = builder.Build();
        try
        {
            _ = application.Services.GetRequiredService<IOptions<ApiOptions>>().Value;
        }
        catch (Exception invalid) when (invalid is OptionsValidationException or InvalidOperationException)
        {
            ((IDisposable)application).Dispose();
            while (invalid.InnerException is InvalidOperationException inner) // from an item of a list; the outer exception does not contain the cause
                invalid = inner;
            throw new InferenceException(ErrorCode.InvalidOption, invalid.Message, ApiOptions.Section, invalid);
        }

        return application.MapInferenceApi();
    }
}
