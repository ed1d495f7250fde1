using System.Net;
using OrleansInference.Api;
using OrleansInference.Api.Tls;
using OrleansInference.Settings;
using OrleansInference.Silo.Settings;
using OrleansInference.Tenancy.Storage;

namespace OrleansInference.Silo.Hosting;

/// <summary>Logs at the start what strangers may do if they can reach the node.</summary>
internal static partial class OpenDoors
{
    /// <summary>Logs a warning if other machines, or web pages of any origin, can use HTTP and neither a key nor a certificate is required.</summary>
    /// <param name="options">Options of the node.</param>
    /// <param name="api">Options of the API; with keys there, all requests need one.</param>
    /// <param name="store">Store of the keys that were created; as above.</param>
    /// <param name="logger">Receives the warning.</param>
    public static async Task WarnAsync(NodeOptions options, ApiOptions api, ITenancyStore store, ILogger logger)
    {
        HttpOptions http = options.Http;
        bool toPages = http.CorsOrigins.Contains("*");
        bool toMachines = !IPAddress.IsLoopback(http.Host);
        if (http.Server.AlwaysRequiresKeys || http.HttpClientCertificates == ClientCertificates.Required || !(toPages || toMachines) || api.ApiKeys.Count > 0 || await store.HasKeyAsync(null))
        {
            return;
        }

        if (toPages)
        {
            OpenToPages(logger);
        }

        if (toMachines)
        {
            Open(logger, Values.Write(options.Http.Host), options.Http.AdminKey is null ? "administration is open to programs on this machine alone" : "administration needs the key");
        }
    }

    [LoggerMessage(LogLevel.Warning,
        "CorsOrigins is * and there is no API key: every web page that a user opens in a browser from which the node can be reached can use the model. Name the origins, or create a key ('key create').")]
    private static partial void OpenToPages(ILogger logger);

    [LoggerMessage(LogLevel.Warning,
        "HTTP listens on {Host} for other machines, RequireKeys is off and there is no API key: everybody who reaches it can use the model and read its metrics; {Administration}. Create a key ('key create'), choose --require-keys auto, or --host localhost.")]
    private static partial void Open(ILogger logger, string host, string administration);
}
