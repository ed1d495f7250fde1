namespace OrleansInference.Cluster.Router;

/// <summary>How a sequence's pages are restored after a loss, cheapest first.</summary>
public enum RecoveryStrategy : byte
{
    /// <summary>The stage before the lost layers sends its journal again. Only the lost layers are computed.</summary>
    Journal,

    /// <summary>All layers up to the last lost one are recomputed from the token log. The layers after it keep their pages.</summary>
    Prefix,

    /// <summary>The sequence returns to the queue and is recomputed as a prompt.</summary>
    Full,
}
