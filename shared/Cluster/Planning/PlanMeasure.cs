namespace OrleansInference.Cluster.Planning;

/// <summary>Expected performance of a plan, and the order of preference between plans.</summary>
/// <param name="Rate">Steps per second of all pipelines together.</param>
/// <param name="Slowest">Picoseconds of the slowest stage.</param>
/// <param name="Latency">Picoseconds of all stages and hops.</param>
/// <param name="Moved">Bytes to load.</param>
internal readonly record struct PlanMeasure(double Rate, long Slowest, long Latency, long Moved)
{
    // Rates are sums of quotients; differences below this share are noise.
    private const double Noise = 1e-9;

    /// <summary>Measures pipelines on the devices of a case. Returns null if a device is absent or a stage does not fit.</summary>
    public static PlanMeasure? Of(PlanningCase problem, IEnumerable<Pipeline> pipelines)
    {
        PlanMeasure sum = default;
        foreach (Pipeline pipeline in pipelines)
        {
            long bottleneck = 0;
            int before = -1;
            foreach (PlannedStage stage in pipeline.Stages)
            {
                if (!problem.Indices.TryGetValue(stage.Device, out int device))
                    return null;
                long time = problem.Costs.Time(problem.Figures[device], stage.FirstLayer, stage.EndLayer);
                if (time == StageCosts.Infinite)
                    return null;
                bottleneck = Math.Max(bottleneck, time);
                long hop = before < 0 ? 0 : problem.Hop(before, device);
                long moved = problem.BytesToMove(device, stage.FirstLayer, stage.EndLayer);
                sum = sum with { Latency = sum.Latency + time + hop, Moved = sum.Moved + moved };
                before = device;
            }

            sum = sum with { Rate = sum.Rate + (1e12 / bottleneck), Slowest = Math.Max(sum.Slowest, bottleneck) };
        }

        return sum;
    }

    /// <summary>Compares by more steps per second, then lower latency, then fewer bytes to move.</summary>
    public bool IsBetterThan(PlanMeasure other)
    {
        if (Math.Abs(Rate - other.Rate) > Noise * Math.Max(Rate, other.Rate))
            return Rate > other.Rate;
        return Latency != other.Latency ? Latency < other.Latency : Moved < other.Moved;
    }

    /// <summary>Returns whether this plan gains more than a share over another one: in rate, or in latency without a loss of rate.</summary>
    public bool Gains(PlanMeasure other, double share)
    {
        if (Rate > other.Rate * (1 + share + Noise))
            return true;
        return Rate >= other.Rate * (1 - Noise) && other.Latency > Latency * (1 + share);
    }
}
