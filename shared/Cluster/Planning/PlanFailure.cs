using System.Diagnostics.CodeAnalysis;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Planning;

/// <summary>Throws an error that describes why the layers do not fit.</summary>
internal static class PlanFailure
{
    [DoesNotReturn]
    public static void Throw(PlanningCase problem)
    {
        StageCosts costs = problem.Costs;
        long needed = costs.Bytes(0, costs.Layers);
        long available = problem.Devices.Sum(device => device.MemoryBytes);
        long weights = costs.WeightBytes(0, costs.Layers);
        string need = $"{costs.Layers} layers need {needed} bytes ({weights} of weights, {costs.KvBytes(0, costs.Layers)} for keys and values)";
        string have = $"{problem.Devices.Length} ready devices have {available}";
        if (available < needed)
            InferenceException.Throw(ErrorCode.OutOfMemory, $"{need}, {have}: {needed - available} bytes are missing.", "devices");

        DeviceClasses classes = DeviceClasses.Group(problem.Figures);
        int placed = Math.Min(new ReachSearch(costs, classes.Best).MostLayers(classes.Counts), costs.Layers - 1);
        long missing = costs.Bytes(placed, costs.Layers);
        InferenceException.Throw(
            ErrorCode.OutOfMemory,
            $"{need}, {have}, but whole layers do not fit into the memory of each device: {placed} can be placed, {missing} bytes are missing for the others.",
            "devices");
    }
}
