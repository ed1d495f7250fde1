using OrleansInference.Cluster.Protocol;
using OrleansInference.Compute;
using OrleansInference.Compute.Measurement;

namespace OrleansInference.Cluster.Stage.Rates;

/// <summary>The cost of a step on a device: bytes to read and operations to compute, as the planner counts them.</summary>
public sealed class StepCost
{
    private readonly LayerCost _head;
    private readonly long[] _reads; // bytes, summed over the layers before the index
    private readonly long[] _kv; // bytes per token, summed over the layers before the index
    private readonly double[] _operations; // operations per row, summed over the layers before the index

    public StepCost(ModelCost model)
    {
        int layers = model.Layers.Count;
        _head = model.Head;
        _reads = new long[layers + 1];
        _kv = new long[layers + 1];
        _operations = new double[layers + 1];
        for (int layer = 0; layer < layers; layer++)
        {
            LayerCost cost = model.Layers[layer];
            _reads[layer + 1] = _reads[layer] + cost.ReadBytes;
            _kv[layer + 1] = _kv[layer] + cost.KvBytesPerToken;
            _operations[layer + 1] = _operations[layer] + cost.OperationsPerToken;
        }
    }

    /// <summary>Returns the seconds that a step's layers take on a device that reaches its figures.</summary>
    /// <param name="layers">The layers that are computed.</param>
    /// <param name="batch">The step's rows.</param>
    /// <param name="readBandwidth">Bytes per second.</param>
    /// <param name="arithmeticRate">Floating-point operations per second.</param>
    public double Seconds(LayerRange layers, StepBatch batch, double readBandwidth, double arithmeticRate)
    {
        long attended = 0; // tokens whose keys and values are read
        foreach (SequenceSlice slice in batch.Slices)
        {
            attended += slice.Start + slice.Count;
        }

        double bytes = _reads[layers.End] - _reads[layers.First] + ((double)(_kv[layers.End] - _kv[layers.First]) * attended);
        double operations = (_operations[layers.End] - _operations[layers.First]) * batch.RowCount;
        if (layers.End == _reads.Length - 1 && batch.LogitRowCount > 0)
        {
            bytes += _head.ReadBytes;
            operations += _head.OperationsPerToken * batch.LogitRowCount;
        }

        return Math.Max(bytes / readBandwidth, operations / arithmeticRate);
    }
}
