using System.Runtime.CompilerServices;
using OrleansInference.Compute.Measurement;

namespace OrleansInference.Cluster.Planning;

/// <summary>
/// Time and memory of any run of layers under the planned load, from prefix sums. Times are whole picoseconds, so that sums do not depend on their order. Both increase with the length
/// of the run; all searches rely on that.
/// </summary>
internal sealed class StageCosts
{
    /// <summary>Time of a run that does not fit.</summary>
    public const long Infinite = 1L << 60;

    // Keeps sums over any realistic number of stages below Infinite.
    private const double LongestStage = 1L << 48;

    private readonly long[] _weights;
    private readonly long[] _kv;
    private readonly long[] _reads;
    private readonly double[] _operations;
    private readonly long _stageBytes;
    private readonly long _tiedBytes;
    private readonly long _overhead;
    private readonly double _activationBytes;
    private readonly LinkDescription _defaultLink;

    public StageCosts(ModelCost model, PlannerOptions options)
    {
        Layers = model.Layers.Count;
        UniformBetween = model.Layers.Skip(1).SkipLast(1).Distinct().Count() <= 1;
        _weights = new long[Layers + 1];
        _kv = new long[Layers + 1];
        _reads = new long[Layers + 1];
        _operations = new double[Layers + 1];
        _stageBytes = options.StageBytes;
        _tiedBytes = model.TiedEmbedding ? model.Embedding.WeightBytes : 0;
        _overhead = Picoseconds(options.StageOverhead);
        _activationBytes = (double)model.ActivationBytesPerToken * options.StepTokens;
        _defaultLink = options.DefaultLink;
        for (int layer = 0; layer < Layers; layer++)
        {
            _weights[layer + 1] = _weights[layer];
            _kv[layer + 1] = _kv[layer];
            _reads[layer + 1] = _reads[layer];
            _operations[layer + 1] = _operations[layer];
            Add(layer + 1, model.Layers[layer], options);
            if (layer == 0)
                Add(layer + 1, model.Embedding, options);
            if (layer == Layers - 1)
                Add(layer + 1, model.Head, options);
        }
    }

    public int Layers { get; }

    /// <summary>Whether all layers between the first and the last cost the same.</summary>
    public bool UniformBetween { get; }

    public static long Picoseconds(TimeSpan time) => time.Ticks * 100_000;

    public static TimeSpan Time(long picoseconds) => TimeSpan.FromTicks(picoseconds / 100_000);

    /// <summary>Bytes of the weights of layers <paramref name="first"/> … <paramref name="end"/> − 1.</summary>
    public long WeightBytes(int first, int end) => first >= end ? 0 : _weights[end] - _weights[first];

    /// <summary>Bytes of the keys and values of those layers.</summary>
    public long KvBytes(int first, int end) => _kv[end] - _kv[first];

    /// <summary>Memory of a stage with those layers.</summary>
    public long Bytes(int first, int end) =>
        _weights[end] - _weights[first] + _kv[end] - _kv[first] + _stageBytes - (first == 0 && end == Layers ? _tiedBytes : 0);

    /// <summary>Step time of a stage with those layers; <see cref="Infinite"/> if they do not fit.</summary>
    public long Time(in DeviceFigures device, int first, int end)
    {
        if (Bytes(first, end) > device.MemoryBytes)
            return Infinite;
        double reading = (_reads[end] - _reads[first]) * device.PicosecondsPerByte;
        double computing = (_operations[end] - _operations[first]) * device.PicosecondsPerOperation;
        return _overhead + (long)Math.Min(Math.Max(reading, computing), LongestStage);
    }

    /// <summary>Times of all runs on one device: entry [first × (Layers + 1) + end].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long[] Times(in DeviceFigures device)
    {
        long[] times = new long[(Layers + 1) * (Layers + 1)];
        for (int first = 0; first < Layers; first++)
        {
            for (int end = first + 1; end <= Layers; end++)
                times[(first * (Layers + 1)) + end] = Time(device, first, end);
        }

        return times;
    }

    /// <summary>Time to send hidden states from one device to the next stage's.</summary>
    public long Hop(DeviceDescription from, DeviceDescription to)
    {
        if (from.Node == to.Node)
            return 0;
        LinkDescription one = from.Link ?? _defaultLink;
        LinkDescription other = to.Link ?? _defaultLink;
        double transfer = _activationBytes * 1e12 / Math.Min(one.Bandwidth, other.Bandwidth);
        return Math.Max(Picoseconds(one.Latency), Picoseconds(other.Latency)) + (long)Math.Min(transfer, LongestStage);
    }

    /// <summary>Upper bound of steps per second over all sets of pipelines on these devices: the reads and operations of all layers, distributed without loss.</summary>
    public double MostStepsPerSecond(IEnumerable<DeviceFigures> devices)
    {
        double byReads = 0;
        double byOperations = 0;
        foreach (DeviceFigures device in devices)
        {
            byReads += 1e12 / (_reads[Layers] * device.PicosecondsPerByte);
            byOperations += 1e12 / (_operations[Layers] * device.PicosecondsPerOperation);
        }

        return Math.Min(byReads, byOperations);
    }

    private void Add(int index, LayerCost cost, PlannerOptions options)
    {
        long kv = cost.KvBytesPerToken * options.KvTokens;
        _weights[index] += cost.WeightBytes;
        _kv[index] += kv;
        _reads[index] += cost.ReadBytes + kv;
        _operations[index] += cost.OperationsPerToken * options.StepTokens;
    }
}
