using OrleansInference.Compute.Measurement;

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
