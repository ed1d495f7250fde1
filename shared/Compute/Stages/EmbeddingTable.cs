using OrleansInference.Compute.Kernels;
using OrleansInference.Compute.Weights;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Compute.Stages;

/// <summary>Token embeddings: rows of the checkpoint's own file, or, where the embedding is tied to the head, columns of the packed head, so that it is in memory once.</summary>
internal sealed unsafe class EmbeddingTable
{
    private readonly CheckpointTensor? _rows;
    private readonly PackedMatrix _columns;
    private readonly int _hiddenSize;

    public EmbeddingTable(ModelSpec spec, Checkpoint checkpoint, PackedUnit? tiedHead)
    {
        _hiddenSize = spec.HiddenSize;
        if (tiedHead is null)
        {
            _rows = checkpoint.Tensor(spec.Embedding);
        }
        else
        {
            _columns = tiedHead.Matrix("head");
        }
    }

    /// <param name="hidden">[hiddenSize]</param>
    public void Lookup(int token, float* hidden)
    {
        if (_rows is not null)
        {
            _rows.ReadRows(token, 1, new Span<float>(hidden, _hiddenSize));
        }
        else if (_columns.Format == WeightFormat.BFloat16)
        {
            Column<BFloat16Panel>(token, hidden);
        }
        else
        {
            Column<Float32Panel>(token, hidden);
        }
    }

    private void Column<TFormat>(int token, float* hidden)
        where TFormat : struct, IPanelFormat
    {
        byte* panel = _columns.Panel(token / PanelMultiply.Columns);
        for (int k = 0; k < _hiddenSize; k++)
        {
            hidden[k] = TFormat.Column(panel + ((long)k * TFormat.BytesPerK), token % PanelMultiply.Columns);
        }
    }
}
