namespace OrleansInference.Cluster.Protocol;

/// <summary>
/// Rule for storing the plan in force, common to all stores: a plan of a later router replaces a plan of an earlier router, never the reverse, and epochs only
/// increase. The same holds for the device allocation, with the directory in place of the router.
/// </summary>
public static class PlanStore
{
    /// <param name="inForce">Stored plan.</param>
    /// <param name="plan">Plan to store.</param>
    /// <returns>The stored plan from now on.</returns>
    public static PipelinePlan Save(PipelinePlan? inForce, PipelinePlan plan) =>
        inForce is null || (plan.Router >= inForce.Router && plan.Epoch > inForce.Epoch) ? plan : inForce;

    /// <inheritdoc cref="Save(PipelinePlan?, PipelinePlan)"/>
    public static DeviceAllocation Save(DeviceAllocation? inForce, DeviceAllocation allocation) =>
        inForce is null || (allocation.Directory >= inForce.Directory && allocation.Version > inForce.Version) ? allocation : inForce;
}
