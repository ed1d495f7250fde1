namespace OrleansInference.Api.Metrics;

/// <summary>Names of the meters of the HTTP interface, for exporters.</summary>
public static class ApiMeters
{
    /// <summary>The instruments that <c>/metrics</c> shows.</summary>
    public const string Api = "OrleansInference.Api";

    /// <summary>The instruments of OpenTelemetry's conventions for generative AI, which <c>/metrics</c> has under other names.</summary>
    public const string GenAi = "OrleansInference.GenAi";
}
