namespace OrleansInference.Cluster.Protocol;

/// <summary>
/// The rule of the durable place of a plan in force, whatever keeps it: a later router's plan replaces an earlier router's, never the other way, and
/// epochs only rise. So it is for the division of the devices, with the directory for the router.
/// </summary>
internal static class PlanStore
{
    /// <param name="inForce">What is stored.</param>
    /// <param name="plan">What shall be.</param>
    /// <returns>What is stored from now on.</returns>
    public static PipelinePlan Save(PipelinePlan? inForce, PipelinePlan plan) =>
        inForce is null || (plan.Router >= inForce.Router && plan.Epoch > inForce.Epoch) ? plan : inForce;

    /// <inheritdoc cref="Save(PipelinePlan?, PipelinePlan)"/>
    public static DeviceAllocation Save(DeviceAllocation? inForce, DeviceAllocation division) =>
        inForce is null || (division.Directory >= inForce.Directory && division.Version > inForce.Version) ? division : inForce;
}
