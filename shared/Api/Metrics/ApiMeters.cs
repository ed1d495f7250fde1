namespace OrleansInference.Api.Metrics;

/// <summary>Names of the meters of the HTTP interface, for exporters.</summary>
public static class ApiMeters
{
    /// <summary>Instruments that <c>/metrics</c> shows.</summary>
    public const string Api = "OrleansInference.Api";

    /// <summary>Instruments of OpenTelemetry's conventions for generative AI, which <c>/metrics</c> shows under other names.</summary>
    public const string GenAi = "OrleansInference.GenAi";
}
