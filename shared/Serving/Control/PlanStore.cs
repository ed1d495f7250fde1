namespace OrleansInference.Serving.Control;

/// <summary>
/// The rule of the durable place of the plan in force, whatever keeps it: a later router's plan replaces an earlier router's, never the other way, and
/// epochs only rise.
/// </summary>
internal static class PlanStore
{
    /// <param name="inForce">What is stored.</param>
    /// <param name="plan">What shall be.</param>
    /// <returns>What is stored from now on.</returns>
    public static PipelinePlan Save(PipelinePlan? inForce, PipelinePlan plan) =>
        inForce is null || (plan.Router >= inForce.Router && plan.Epoch > inForce.Epoch) ? plan : inForce;
}
