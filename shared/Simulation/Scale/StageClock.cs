using OrleansInference.Compute;
using OrleansInference.Compute.Measurement;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Simulation.Scale;

/// <summary>Time of a stage: the larger of the time to read weights and pages and the time to compute.</summary>
internal sealed class StageClock
{
    private const double Overhead = 50e-6;

    private readonly ScaleStage _stage;
    private readonly ScaleModel _model;
    private readonly double _operations; // for a token
    private readonly double _kvBytes; // for a token
    private readonly double _read;

    public StageClock(ScaleStage stage, ScaleModel model)
    {
        _stage = stage;
        _model = model;
        ModelCost cost = model.Cost;
        for (int index = stage.First; index < stage.End; index++)
        {
            Add(cost.Layers[index], ref _operations, ref _kvBytes, ref _read);
            WeightBytes += cost.Layers[index].WeightBytes;
        }

        if (stage.First == 0)
        {
            WeightBytes += cost.Embedding.WeightBytes;
        }

        if (stage.End == cost.Layers.Count)
        {
            Add(cost.Head, ref _operations, ref _kvBytes, ref _read);
            WeightBytes += cost.Head.WeightBytes;
        }
    }

    public long WeightBytes { get; }

    /// <summary>Number of pages that fit in addition to the weights.</summary>
    public long Pages => (long)((_stage.Device.MemoryBytes - WeightBytes) * 0.95 / PageBytes);

    public double PageBytes => _kvBytes * Compute.KvLayout.PageTokens;

    /// <summary>Returns the seconds of a step.</summary>
    public double Seconds(StepShape shape)
    {
        double reading = ((_read * _model.ReadPart(shape.Rows)) + (_kvBytes * shape.Attended)) / _stage.Device.ReadBandwidth;
        double computing = ((_operations * shape.Rows) + (_model.AttentionOperations * _stage.Layers * shape.Products)) / _stage.Device.ArithmeticRate;
        return Overhead + Math.Max(reading, computing);
    }

    private static void Add(LayerCost cost, ref double operations, ref double kv, ref double read)
    {
        operations += cost.OperationsPerToken;
        kv += cost.KvBytesPerToken;
        read += cost.ReadBytes;
    }
}

/// <summary>Clock that advances only when it is set.</summary>
internal sealed class VirtualClock : TimeProvider
{
    private long _ticks = TimeSpan.TicksPerSecond;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(_ticks);

    /// <summary>Advances to a time in ticks; never goes back.</summary>
    public void GoTo(long ticks) => _ticks = Math.Max(_ticks, ticks);
}

/// <summary>Properties of a step that determine a stage's time.</summary>
/// <param name="Rows">Number of tokens to compute.</param>
/// <param name="Attended">Number of tokens whose keys and values are read: once for each slice, regardless of its rows.</param>
/// <param name="Products">Number of pairs of a row and an attended token.</param>
internal readonly record struct StepShape(int Rows, double Attended, double Products)
{
    public static StepShape Of(Step step)
    {
        double attended = 0, products = 0;
        foreach (SequenceSlice slice in step.Batch.Slices)
        {
            attended += slice.Start + slice.Count;
            products += slice.Count * (slice.Start + ((slice.Count + 1) / 2.0));
        }

        return new StepShape(step.Batch.RowCount, attended, products);
    }
}
