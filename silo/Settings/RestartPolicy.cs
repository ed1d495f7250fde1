namespace OrleansInference.Silo.Settings;

/// <summary>
/// Determines when a node of a cluster on this machine is started again. A node with invalid options is never started again, nor a node whose port was in use before it has served,
/// because a restart would fail in the same way.
/// </summary>
public enum RestartPolicy
{
    /// <summary>Never.</summary>
    Never,

    /// <summary>After an unrequested end. A node that was drained and has ended with exit code 0 is not started again.</summary>
    OnFailure,

    /// <summary>After every end, unless the whole cluster is being stopped. A node that was drained is started again too.</summary>
    Always,
}
