namespace OrleansInference.Cluster.Protocol;

/// <summary>
/// Numbers of epochs: a count, and the activation of the router that used it. Two activations that run at the same time never use the same epoch, even for
/// plans that never come into force.
/// </summary>
public static class Epochs
{
    private const int RouterBits = 32;

    /// <summary>Returns a router's next epoch after any other.</summary>
    public static long After(long epoch, int router) => (((epoch >> RouterBits) + 1) << RouterBits) + router;

    /// <summary>Number of plans up to this epoch.</summary>
    public static long CountOf(long epoch) => epoch >> RouterBits;

    /// <summary>Activation of the router that used the epoch.</summary>
    public static int RouterOf(long epoch) => (int)epoch;

    public static string Describe(long epoch) => $"{CountOf(epoch)}.{RouterNumbers.ActivationOf(RouterOf(epoch))}";
}
