using Microsoft.AspNetCore.Server.Kestrel.Core;
using OrleansInference.Api.Metrics;

namespace OrleansInference.Api.Tls;

/// <summary>Adds TLS to the HTTP server.</summary>
internal static class ServerTls
{
    /// <summary>Registers the services of TLS if the options enable it.</summary>
    public static IServiceCollection AddServerTls(this IServiceCollection services, ServerTlsOptions options) => options.IsOn
        ? services.AddSingleton(options).AddSingleton<ServerCertificate>().AddSingleton<TlsConnections>().AddSingleton<IMetricSource, CertificateMetrics>()
        : services;

    /// <summary>Makes the connections of an endpoint use TLS if it is registered.</summary>
    public static void UseServerTls(this ListenOptions listen) => listen.ApplicationServices.GetService<TlsConnections>()?.AddTo(listen);
}
