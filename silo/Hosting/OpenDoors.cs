using System.Net;
using OrleansInference.Api;
using OrleansInference.Api.Tls;
using OrleansInference.Settings;
using OrleansInference.Silo.Settings;

namespace OrleansInference.Silo.Hosting;

/// <summary>Logs at the start what strangers may do if they can reach the node.</summary>
internal static partial class OpenDoors
{
    /// <summary>Logs a warning if other machines, or web pages of any origin, can use HTTP and neither a key nor a certificate is required.</summary>
    public static void Warn(NodeOptions options, ApiOptions api, ILogger logger)
    {
        bool needsNothing = api.ApiKeys.Count == 0 && options.Http.HttpClientCertificates != ClientCertificates.Required;
        if (needsNothing && options.Http.CorsOrigins.Contains("*"))
        {
            OpenToPages(logger);
        }

        if (needsNothing && !IPAddress.IsLoopback(options.Http.Host))
        {
            Open(logger, Values.Write(options.Http.Host), options.Http.AdminKey is null ? "administration is open to programs on this machine alone" : "administration needs the key");
        }
    }

    [LoggerMessage(LogLevel.Warning,
        "CorsOrigins is * and no API key is configured: every web page that a user opens in a browser from which the node can be reached can use the model. Name the origins, or configure Api:ApiKeys.")]
    private static partial void OpenToPages(ILogger logger);

    [LoggerMessage(LogLevel.Warning,
        "HTTP listens on {Host} for other machines and no API key is configured: everybody who reaches it can use the model and read its metrics; {Administration}. Configure Api:ApiKeys in appsettings.json (Api__ApiKeys__0 in the environment), or choose --host localhost.")]
    private static partial void Open(ILogger logger, string host, string administration);
}
