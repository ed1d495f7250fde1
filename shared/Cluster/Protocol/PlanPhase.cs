namespace OrleansInference.Cluster.Protocol;

/// <summary>What the router does with its plans.</summary>
internal enum PlanPhase : byte
{
    /// <summary>Learns which plan was in force.</summary>
    Reading,

    /// <summary>There are too few devices for a plan.</summary>
    Waiting,

    /// <summary>The next plan is on its way to the store.</summary>
    Saving,

    /// <summary>Stages join the plan.</summary>
    Joining,

    /// <summary>Journals are asked what they hold.</summary>
    Asking,

    /// <summary>Pages are computed again.</summary>
    Replaying,

    /// <summary>Another activation of the router has gone on.</summary>
    Stopped,

    /// <summary>Steps go out; pages may be moving beside them.</summary>
    Serving,

    /// <summary>The last steps of the plan come back.</summary>
    Boundary,

    /// <summary>The last dirty pages move.</summary>
    Moving,
}
