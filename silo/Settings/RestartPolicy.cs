namespace OrleansInference.Silo.Settings;

/// <summary>When a node of a cluster on this machine is started again. One whose options are wrong never is, nor one that finds its port taken before it has served: that would change nothing.</summary>
public enum RestartPolicy
{
    /// <summary>Never.</summary>
    Never,

    /// <summary>When it ended unasked: not when it was drained, and has ended with 0.</summary>
    OnFailure,

    /// <summary>Whenever it ended, unless the whole cluster is to end: a node that was asked to hand over comes back.</summary>
    Always,
}
