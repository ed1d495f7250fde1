namespace OrleansInference.Cluster.Router;

/// <summary>How a sequence's pages come back after a loss, cheapest first.</summary>
internal enum RecoveryStrategy : byte
{
    /// <summary>The stage before the lost layers sends its journal again; only the lost layers compute.</summary>
    Journal,

    /// <summary>All layers up to the last lost one compute from the token log; those after it keep their pages.</summary>
    Prefix,

    /// <summary>The sequence goes back to the queue and is computed as a prompt.</summary>
    Full,
}
