namespace OrleansInference.Cluster.Protocol;

/// <summary>
/// Numbers of the routers' activations: a count over all pipelines in the lower bits, the pipeline in the upper ones. So whoever is told of a router, or of an epoch that it used, knows where to
/// answer, and of two activations for one pipeline the later one has the higher number.
/// </summary>
internal static class RouterNumbers
{
    /// <summary>Pipelines at most.</summary>
    public const int MostPipelines = 1 << (31 - ActivationBits);

    private const int ActivationBits = 23;

    /// <param name="activation">Counts the activations, of all pipelines.</param>
    /// <param name="pipeline">Which one it routes.</param>
    public static int Of(int activation, int pipeline)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(activation, (1 << ActivationBits) - 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(pipeline, MostPipelines);
        return (pipeline << ActivationBits) + activation;
    }

    public static int ActivationOf(int router) => router & ((1 << ActivationBits) - 1);

    public static int PipelineOf(int router) => router >> ActivationBits;
}
