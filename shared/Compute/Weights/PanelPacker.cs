using OrleansInference.Compute.Kernels;
using OrleansInference.Compute.Memory;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Compute.Weights;

/// <summary>Writes a unit's tensors in packed form. A tile is one panel of one matrix, or one vector.</summary>
internal sealed unsafe class PanelPacker : IParallelWork, IDisposable
{
    private readonly List<(UnitEntry Entry, int Panel)> _tiles = [];
    private readonly Dictionary<string, CheckpointTensor> _tensors = [];
    private readonly NativeBuffer<float>[] _rows;
    private readonly byte* _data;
    private readonly Action<long>? _packed;

    /// <param name="layout">The layout to pack.</param>
    /// <param name="data">[layout.Bytes], zeroed.</param>
    /// <param name="workers">Workers that will run the tiles.</param>
    /// <param name="packed">Called with the number of bytes after each tile, on any worker.</param>
    public PanelPacker(UnitLayout layout, byte* data, int workers, Action<long>? packed)
    {
        _data = data;
        _packed = packed;
        int maxInputs = 0;
        foreach (UnitEntry entry in layout.Entries)
        {
            foreach (TensorSpec part in entry.Parts.Where(static part => part.Name.Length > 0))
            {
                _tensors.TryAdd(part.Name, layout.Checkpoint.Tensor(part));
            }

            int count = entry.IsVector ? 1 : PackedMatrix.PanelsFor(entry.Outputs);
            _tiles.AddRange(Enumerable.Range(0, count).Select(panel => (entry, panel)));
            maxInputs = Math.Max(maxInputs, entry.Format == WeightFormat.Float32 ? entry.Inputs : 0);
        }

        _rows = [.. Enumerable.Range(0, workers).Select(_ => new NativeBuffer<float>(maxInputs))];
    }

    public int Tiles => _tiles.Count;

    public void RunTile(int tile, int worker)
    {
        (UnitEntry entry, int panel) = _tiles[tile];
        if (entry.IsVector)
        {
            PackVector(entry);
            _packed?.Invoke(entry.Bytes);
            return;
        }

        PackedMatrix matrix = new((nint)(_data + entry.Offset), entry.Format, entry.Outputs, entry.Inputs);
        if (entry.Format == WeightFormat.BFloat16)
        {
            PackBFloat16(entry, matrix, panel);
        }
        else
        {
            PackFloat32(entry, matrix, panel, _rows[worker]);
        }

        _packed?.Invoke(matrix.PanelBytes);
    }

    /// <summary>Lets go of the checkpoint's own pages, which are not read again: weights are resident once, in packed form.</summary>
    public void ReleaseSources()
    {
        foreach (CheckpointTensor tensor in _tensors.Values)
        {
            MappedPages.Release(tensor.Pointer, tensor.ByteLength);
        }
    }

    public void Dispose() => Array.ForEach(_rows, static buffer => buffer.Dispose());

    private void PackVector(UnitEntry entry)
    {
        float* to = (float*)(_data + entry.Offset);
        foreach (TensorSpec part in entry.Parts)
        {
            if (part.Name.Length > 0)
            {
                _tensors[part.Name].Read(0, new Span<float>(to, part.Shape[0]));
            }

            to += part.Shape[0];
        }
    }

    private void PackBFloat16(UnitEntry entry, PackedMatrix matrix, int panel)
    {
        int columns = Math.Min(PanelMultiply.Columns, entry.Outputs - (panel * PanelMultiply.Columns));
        ushort** rows = stackalloc ushort*[PanelMultiply.Columns];
        for (int column = 0; column < columns; column++)
        {
            (CheckpointTensor tensor, int row) = Source(entry, (panel * PanelMultiply.Columns) + column);
            rows[column] = (ushort*)tensor.Pointer + ((long)row * entry.Inputs);
        }

        // Sixteen k at a time: each source row then gives half a cache line, and the 1 KiB of the panel that they fill stays in the first-level cache.
        ushort* to = (ushort*)matrix.Panel(panel);
        for (int k = 0; k < entry.Inputs; k += 16)
        {
            int count = Math.Min(16, entry.Inputs - k);
            for (int column = 0; column < columns; column++)
            {
                ushort* from = rows[column] + k;
                ushort* word = to + ((long)k * 32) + ((column & 15) * 2) + (column >> 4);
                for (int i = 0; i < count; i++)
                {
                    word[i * 32] = from[i];
                }
            }
        }
    }

    private void PackFloat32(UnitEntry entry, PackedMatrix matrix, int panel, NativeBuffer<float> scratch)
    {
        int columns = Math.Min(PanelMultiply.Columns, entry.Outputs - (panel * PanelMultiply.Columns));
        float* to = (float*)matrix.Panel(panel);
        for (int column = 0; column < columns; column++)
        {
            (CheckpointTensor tensor, int row) = Source(entry, (panel * PanelMultiply.Columns) + column);
            tensor.Read((long)row * entry.Inputs, new Span<float>(scratch.Pointer, entry.Inputs));
            for (int k = 0; k < entry.Inputs; k++)
            {
                to[((long)k * PanelMultiply.Columns) + column] = scratch.Pointer[k];
            }
        }
    }

    private (CheckpointTensor Tensor, int Row) Source(UnitEntry entry, int output)
    {
        foreach (TensorSpec part in entry.Parts)
        {
            if (output < part.Shape[0])
            {
                return (_tensors[part.Name], output);
            }

            output -= part.Shape[0];
        }

        throw new ArgumentOutOfRangeException(nameof(output));
    }
}
