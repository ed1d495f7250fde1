using System.Globalization;
using OrleansInference.Simulation.Scenarios;

namespace OrleansInference.Simulation.Running;

/// <summary>Removes faults and requests from a failing scenario as long as it still fails.</summary>
internal static class Shrinker
{
    private const int MaxRuns = 400;

    public static Scenario Shrink(Scenario scenario)
    {
        int runs = 0;
        bool smaller = true;
        while (smaller && runs < MaxRuns)
        {
            smaller = false;
            for (int i = scenario.Faults.Count - 1; i >= 0; i--)
            {
                smaller |= Try(ref scenario, scenario with { Faults = Without(scenario.Faults, i) }, ref runs);
            }

            for (int i = scenario.Requests.Count - 1; i >= 0; i--)
            {
                int number = scenario.Requests[i].Number;
                bool named = scenario.Faults.Any(fault => fault.Kind is FaultKind.Cancel or FaultKind.Reconnect && fault.Target == number);
                smaller |= !named && Try(ref scenario, scenario with { Requests = Without(scenario.Requests, i) }, ref runs);
            }
        }

        return scenario;
    }

    /// <summary>Describes a scenario and its violation.</summary>
    public static IReadOnlyList<string> Describe(Scenario scenario)
    {
        List<string> lines =
        [
            $"seed {scenario.Seed}: {scenario.Pipelines} times {scenario.Stages} stages of {scenario.Layers} layers, {scenario.Devices}+{scenario.Joining} devices",
            $"{scenario.PageCount} pages and {scenario.HostPages} beside them, journals of {scenario.JournalPages} pages",
        ];
        lines.AddRange(scenario.Requests.Select(Describe));
        lines.AddRange(scenario.Faults.Select(static fault => $"fault: {fault}"));
        lines.Add($"violation: {SimulationRun.Run(scenario).Violation}");
        return lines;
    }

    private static string Describe(PlannedRequest planned)
    {
        GenerationRequest request = planned.Request;
        string start = planned.Start.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
        return $"request {planned.Number} at {start} ms: {request.Tenant}, {request.Prompt.Length}+{request.MaxTokens} tokens, {request.Choices} choices";
    }

    private static bool Try(ref Scenario scenario, Scenario smaller, ref int runs)
    {
        if (runs++ >= MaxRuns || SimulationRun.Run(smaller).Violation is null)
        {
            return false;
        }

        scenario = smaller;
        return true;
    }

    private static List<T> Without<T>(IReadOnlyList<T> list, int index)
    {
        List<T> rest = [.. list];
        rest.RemoveAt(index);
        return rest;
    }
}
