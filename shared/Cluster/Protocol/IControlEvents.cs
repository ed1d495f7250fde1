namespace OrleansInference.Cluster.Protocol;

/// <summary>Receiver of events for an operator, on the thread of a pipeline's control.</summary>
public interface IControlEvents
{
    /// <summary>Reports that a plan was made. It comes into force once it is saved and its stages have joined it.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="reason">Reason for the plan.</param>
    void OnPlanMade(PipelinePlan plan, PlanReason reason);

    /// <summary>Reports that a plan is in force.</summary>
    void OnPlanInForce(PipelinePlan plan);

    /// <summary>Reports that a plan in preparation was dropped.</summary>
    void OnPlanDropped(PipelinePlan plan);

    /// <summary>Reports that no plan is possible with the present devices.</summary>
    /// <param name="shortage">Description of the missing memory; null if the cause is another one.</param>
    void OnNoPlan(string? shortage);

    /// <summary>Reports that a device does not answer, or has restarted.</summary>
    void OnDeviceLost(DeviceLife device);

    /// <summary>Reports that a loss is recovered.</summary>
    /// <param name="times">Time of the recovery by part.</param>
    /// <param name="sequences">Restored sequences by strategy.</param>
    void OnRecovered(RecoveryTimes times, IReadOnlyList<long> sequences);
}

/// <summary>Reason for making a plan.</summary>
public enum PlanReason : byte
{
    /// <summary>No plan is in force.</summary>
    Start,

    /// <summary>A device was lost.</summary>
    Loss,

    /// <summary>Another plan is better for the present devices. The plan in force continues to serve meanwhile.</summary>
    Change,
}
