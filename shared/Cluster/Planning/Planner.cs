using OrleansInference.Compute.Measurement;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Planning;

/// <summary>
/// Decides which device runs which layers. It prefers the most steps per second (for one pipeline the minimum time of its slowest stage), then the minimum latency including hops
/// between nodes, then the fewest bytes to move from the plan in force.
/// </summary>
/// <remarks>
/// The bottleneck of a single pipeline is the optimum over all orders and subsets of devices in two cases: the devices fall into few enough classes of equal
/// ones (for example four classes of sixteen), or all layers except the first and the last are alike. The number of pipelines and their shares are optimal for
/// one or two classes or a handful of devices, and otherwise the best of equal shares. Latency and bytes to move are optimal for a single pipeline over at most
/// seven devices, and otherwise the best for the considered orders of devices. If devices are too many and too different, similar ones are planned as equal,
/// and the result is refined with the actual figures; <see cref="PlanOutcome.Gap"/> then bounds the loss.
/// </remarks>
public sealed class Planner
{
    private readonly PlannerOptions _options;
    private readonly StageCosts _costs;

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: an option is out of range, or the model has no layers.</exception>
    public Planner(ModelCost model, PlannerOptions? options = null)
    {
        _options = options ?? new PlannerOptions();
        _options.Validate();
        PlannerOptions.Require(model.Layers.Count > 0, "Layers", model.Layers.Count, "at least one layer");
        _costs = new StageCosts(model, _options);
    }

    /// <summary>Plans for the ready devices.</summary>
    /// <param name="devices">All known devices; draining and lost ones count as absent.</param>
    /// <param name="inForce">The plan in force, if any.</param>
    /// <exception cref="InferenceException">
    /// <see cref="ErrorCode.OutOfMemory"/>: the layers do not fit; the message states how many bytes are missing.
    /// <see cref="ErrorCode.InvalidOption"/>: a device's figures are out of range or two have one id.
    /// </exception>
    public PlanOutcome Create(IReadOnlyList<DeviceDescription> devices, Plan? inForce = null)
    {
        foreach (DeviceDescription device in devices)
            Check(device);
        DeviceDescription[] ready = [.. devices.Where(device => device.State == DeviceState.Ready)];
        bool distinct = ready.Select(device => device.Id).Distinct(StringComparer.Ordinal).Count() == ready.Length;
        PlannerOptions.Require(distinct, "Devices", "a list with an id twice", "different ids");
        Plan? current = inForce?.Layers == _costs.Layers ? inForce : null;
        PlanningCase problem = new(_costs, ready, current);
        if (ready.Length == 0)
            PlanFailure.Throw(problem);

        (List<Pipeline> best, double bound) = new PlanSearch(problem, _options).Find();
        PlanMeasure measure = PlanMeasure.Of(problem, best)!.Value;
        double gap = Math.Max(0, (bound / measure.Rate) - 1);
        gap = gap < 1e-9 ? 0 : gap;
        if (current is not null && PlanRepair.Repair(problem, current, _options.MaxPipelines) is { } repaired)
        {
            PlanMeasure lesser = PlanMeasure.Of(problem, repaired)!.Value;
            if (lesser.IsBetterThan(measure) || (lesser.Moved <= measure.Moved && !measure.Gains(lesser, _options.MinimumGain)))
                (best, measure) = (repaired, lesser);
        }

        bool changed = current is null || !SamePipelines(current.Pipelines, best);
        Plan plan = changed ? new Plan((inForce?.Epoch ?? 0) + 1, _costs.Layers, best) : current!;
        return new PlanOutcome(plan, changed, measure.Rate, StageCosts.Time(measure.Slowest), StageCosts.Time(measure.Latency), measure.Moved, gap);
    }

    /// <summary>Returns whether a device has room for a run of layers.</summary>
    public bool Fits(DeviceDescription device, int firstLayer, int endLayer) => _costs.Bytes(firstLayer, endLayer) <= device.MemoryBytes;

    /// <summary>Returns the steps per second of a pipeline on devices that include those of its stages; null if it cannot run.</summary>
    public double? StepsPerSecond(IReadOnlyList<DeviceDescription> devices, Pipeline pipeline) => PlanMeasure.Of(new PlanningCase(_costs, [.. devices], null), [pipeline])?.Rate;

    /// <summary>Returns the estimated memory of a run of layers.</summary>
    public long Bytes(int firstLayer, int endLayer) => _costs.Bytes(firstLayer, endLayer);

    private static bool IsRate(double value) => double.IsFinite(value) && value > 0;

    private static bool SamePipelines(IReadOnlyList<Pipeline> one, List<Pipeline> other) =>
        one.Count == other.Count && one.Zip(other).All(pair => pair.First.Stages.SequenceEqual(pair.Second.Stages));

    private static void Check(DeviceDescription device)
    {
        string name = $"Device '{device.Id}'";
        PlannerOptions.Require(device.MemoryBytes >= 0, $"{name}: {nameof(device.MemoryBytes)}", device.MemoryBytes, "0 or more");
        PlannerOptions.Require(IsRate(device.ReadBandwidth), $"{name}: {nameof(device.ReadBandwidth)}", device.ReadBandwidth, "more than 0");
        PlannerOptions.Require(IsRate(device.ArithmeticRate), $"{name}: {nameof(device.ArithmeticRate)}", device.ArithmeticRate, "more than 0");
        if (device.Link is not null)
            PlannerOptions.CheckLink(device.Link, $"{name}: {nameof(device.Link)}");
    }
}
