using OrleansInference.Cli.Cluster;
using OrleansInference.Cli.Output;

namespace OrleansInference.Cli.Commands;

/// <summary><c>cluster plan</c>: shows which layers run on which device, in the order of a step.</summary>
internal static class ClusterPlanCommand
{
    public static Command Create()
    {
        ClusterOptions options = new();
        return CommandInvocation.Create("plan", "Shows which layers run on which device", new SettingSet(), options.All, async invocation =>
        {
            using ClusterApi api = options.Connect(invocation.Arguments);
            ClusterStatus status = await api.ReadAsync();
            if (invocation.Json)
            {
                JsonOutput.Write(writer => ClusterOutput.WritePlan(writer, status));
            }
            else
            {
                ClusterOutput.PrintPlan(status);
            }
        });
    }
}
