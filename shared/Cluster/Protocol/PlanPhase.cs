namespace OrleansInference.Cluster.Protocol;

/// <summary>Phase of the router's work on its plans.</summary>
public enum PlanPhase : byte
{
    /// <summary>Reads the plan in force.</summary>
    Reading,

    /// <summary>Waits for enough devices for a plan.</summary>
    Waiting,

    /// <summary>Saves the next plan.</summary>
    Saving,

    /// <summary>Waits until the stages have joined the plan.</summary>
    Joining,

    /// <summary>Asks the journals for their contents.</summary>
    Asking,

    /// <summary>Replays lost pages.</summary>
    Replaying,

    /// <summary>Stopped: another activation of the router has taken over.</summary>
    Stopped,

    /// <summary>Sends steps; pages may move concurrently.</summary>
    Serving,

    /// <summary>Waits for the last steps of the plan.</summary>
    Boundary,

    /// <summary>Moves the last dirty pages.</summary>
    Moving,
}
