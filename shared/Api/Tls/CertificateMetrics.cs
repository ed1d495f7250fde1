using System.Diagnostics.Metrics;
using OrleansInference.Api.Metrics;

namespace OrleansInference.Api.Tls;

/// <summary>Metric of the certificate in use, for alerts before its end.</summary>
internal sealed class CertificateMetrics : IMetricSource
{
    private const string Prefix = "orleans_inference_";

    /// <param name="factory">Owns the meter, which is the one of the HTTP interface.</param>
    /// <param name="certificate">The certificate.</param>
    public CertificateMetrics(IMeterFactory factory, ServerCertificate certificate)
    {
        Meter = factory.Create(ApiMeters.Api);
        const string Description = "Moment at which the certificate of the HTTP server expires, in seconds since 1970.";
        Meter.CreateObservableGauge(Prefix + "http_certificate_expiry_timestamp_seconds", () => certificate.Current.Expires.ToUnixTimeSeconds(), "s", Description);
    }

    public Meter Meter { get; }
}
