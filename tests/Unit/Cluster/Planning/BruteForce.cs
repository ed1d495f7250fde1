using OrleansInference.Cluster.Planning;

namespace OrleansInference.Unit.Cluster.Planning;

/// <summary>Tries every subset, order and cut.</summary>
internal sealed class BruteForce(PlanningCase problem)
{
    private readonly bool[] _used = new bool[problem.Devices.Length];

    private (long Bottleneck, long Latency, long Moved) _best = (StageCosts.Infinite, 0, 0);

    /// <summary>The least (bottleneck, latency, bytes to move) in this order of importance; an infinite bottleneck where nothing fits.</summary>
    public (long Bottleneck, long Latency, long Moved) Best()
    {
        Extend(0, -1, 0, 0, 0);
        return _best;
    }

    private void Extend(int first, int before, long bottleneck, long latency, long moved)
    {
        if (first == problem.Costs.Layers)
        {
            if ((bottleneck, latency, moved).CompareTo(_best) < 0)
                _best = (bottleneck, latency, moved);
            return;
        }

        for (int device = 0; device < _used.Length; device++)
        {
            if (_used[device])
                continue;
            _used[device] = true;
            for (int end = first + 1; end <= problem.Costs.Layers; end++)
            {
                long time = problem.Costs.Time(problem.Figures[device], first, end);
                if (time == StageCosts.Infinite)
                    break;
                long hop = before < 0 ? 0 : problem.Hop(before, device);
                Extend(end, device, Math.Max(bottleneck, time), latency + time + hop, moved + problem.BytesToMove(device, first, end));
            }

            _used[device] = false;
        }
    }
}
