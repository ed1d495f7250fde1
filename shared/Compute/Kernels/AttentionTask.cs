using OrleansInference.Compute.Pages;

namespace OrleansInference.Compute.Kernels;

/// <summary>Up to eight query rows that attend to the same key-value head of the same sequence.</summary>
internal unsafe ref struct AttentionTask
{
    public const int MaxRows = 8;

    /// <summary>Query vectors, [rows][headDim], one pointer a row.</summary>
    public float** Queries;

    /// <summary>Where the results go, [rows][headDim].</summary>
    public float** Outputs;

    /// <summary>Absolute position of each row: it attends to positions 0 … Positions[row].</summary>
    public int* Positions;

    public int Rows;

    /// <summary>The sequence's page table.</summary>
    public ReadOnlySpan<int> Pages;

    public PagePool Pool;

    /// <summary>First byte of the layer within a page.</summary>
    public long LayerOffset;

    public KvBlockShape Shape;

    public int KvHead;

    /// <summary>1 / sqrt(headDim), usually.</summary>
    public float Scale;

    /// <summary>[<see cref="Attention.ScratchFloats"/>]</summary>
    public float* Scratch;
}
