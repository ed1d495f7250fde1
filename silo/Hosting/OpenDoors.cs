using System.Net;
using OrleansInference.Api;
using OrleansInference.Api.Tls;
using OrleansInference.Settings;
using OrleansInference.Silo.Settings;

namespace OrleansInference.Silo.Hosting;

/// <summary>Logs at the start what strangers may do if they can reach the node.</summary>
internal static partial class OpenDoors
{
    /// <summary>Logs a warning if other machines can reach HTTP and neither a key nor a certificate is required.</summary>
    public static void Warn(NodeOptions options, ApiOptions api, ILogger logger)
    {
        if (!IPAddress.IsLoopback(options.Http.Host) && api.ApiKeys.Count == 0 && options.Http.HttpClientCertificates != ClientCertificates.Required)
        {
            Open(logger, Values.Write(options.Http.Host), options.Http.AdminKey is null ? "administration is open to programs on this machine alone" : "administration needs the key");
        }
    }

    [LoggerMessage(LogLevel.Warning,
        "HTTP listens on {Host} for other machines and no API key is configured: everybody who reaches it can use the model and read its metrics; {Administration}. Configure Api:ApiKeys in appsettings.json (Api__ApiKeys__0 in the environment), or choose --host localhost.")]
    private static partial void Open(ILogger logger, string host, string administration);
}
