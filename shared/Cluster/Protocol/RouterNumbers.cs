namespace OrleansInference.Cluster.Protocol;

/// <summary>
/// Numbers of the routers' activations: a count over all pipelines in the lower bits, the pipeline in the upper bits. So a receiver can derive the address for
/// its answer from a router's number or epoch, and of two activations for one pipeline the later one has the higher number.
/// </summary>
public static class RouterNumbers
{
    /// <summary>Maximum number of pipelines.</summary>
    public const int MostPipelines = 1 << (31 - ActivationBits);

    private const int ActivationBits = 23;

    /// <param name="activation">Count of the activations of all pipelines.</param>
    /// <param name="pipeline">Pipeline that the activation routes.</param>
    public static int Of(int activation, int pipeline)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(activation, (1 << ActivationBits) - 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(pipeline, MostPipelines);
        return (pipeline << ActivationBits) + activation;
    }

    public static int ActivationOf(int router) => router & ((1 << ActivationBits) - 1);

    public static int PipelineOf(int router) => router >> ActivationBits;
}
