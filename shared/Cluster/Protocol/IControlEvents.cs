namespace OrleansInference.Cluster.Protocol;

/// <summary>Told of what an operator asks about, on the thread of a pipeline's control.</summary>
public interface IControlEvents
{
    /// <summary>A plan was made; it is in force once it is saved and its stages have joined it.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="reason">Why.</param>
    void OnPlanMade(PipelinePlan plan, PlanReason reason);

    /// <summary>A plan is in force.</summary>
    void OnPlanInForce(PipelinePlan plan);

    /// <summary>A plan that was being prepared is given up.</summary>
    void OnPlanDropped(PipelinePlan plan);

    /// <summary>There is no plan for the devices that are there.</summary>
    /// <param name="shortage">What they lack, where it is memory.</param>
    void OnNoPlan(string? shortage);

    /// <summary>A device does not answer, or has started anew.</summary>
    void OnDeviceLost(DeviceLife device);

    /// <summary>A loss is made good.</summary>
    /// <param name="times">Where the time went.</param>
    /// <param name="sequences">Sequences that were restored, by strategy.</param>
    void OnRecovered(RecoveryTimes times, IReadOnlyList<long> sequences);
}

/// <summary>Why a plan is made.</summary>
public enum PlanReason : byte
{
    /// <summary>There is none in force.</summary>
    Start,

    /// <summary>A device was lost.</summary>
    Loss,

    /// <summary>Another one is better for the devices that are there; the one in force serves meanwhile.</summary>
    Change,
}
