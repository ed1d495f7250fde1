namespace OrleansInference.Cluster.Protocol;

/// <summary>
/// Numbers of epochs: a count, and the activation of the router that used it. Two activations that work at the same time never use the same one, also for plans that
/// come to nothing.
/// </summary>
internal static class Epochs
{
    private const int RouterBits = 32;

    /// <summary>The next epoch of a router after any other.</summary>
    public static long After(long epoch, int router) => (((epoch >> RouterBits) + 1) << RouterBits) + router;

    /// <summary>How many plans came before, and this one.</summary>
    public static long CountOf(long epoch) => epoch >> RouterBits;

    /// <summary>The activation of the router that used it.</summary>
    public static int RouterOf(long epoch) => (int)epoch;

    public static string Describe(long epoch) => $"{CountOf(epoch)}.{RouterNumbers.ActivationOf(RouterOf(epoch))}";
}
