using OrleansInference.Compute.Kernels;

namespace OrleansInference.Compute.Weights;

/// <summary>A unit's packed weights in memory, mapped from the cache or newly packed; owns the memory of the matrices and vectors.</summary>
internal sealed unsafe class PackedUnit(UnitLayout layout, nint data, IDisposable memory) : IDisposable
{
    public UnitLayout Layout { get; } = layout;

    public PackedMatrix Matrix(string name)
    {
        UnitEntry entry = Find(name) ?? throw new KeyNotFoundException($"Unit {Layout.Name} has no matrix '{name}'.");
        return new PackedMatrix(data + (nint)entry.Offset, entry.Format, entry.Outputs, entry.Inputs);
    }

    /// <summary>[length padded to 16], or null where the unit has no such vector.</summary>
    public float* Vector(string name) => Find(name) is { } entry ? (float*)(data + (nint)entry.Offset) : null;

    public void Dispose() => memory.Dispose();

    private UnitEntry? Find(string name)
    {
        foreach (UnitEntry entry in Layout.Entries)
        {
            if (entry.Name == name)
            {
                return entry;
            }
        }

        return null;
    }
}

/// <summary>The formats in which packed weights exist. The value is part of the packed file.</summary>
internal enum WeightFormat
{
    /// <summary><see cref="BFloat16Panel"/></summary>
    BFloat16 = 1,

    /// <summary><see cref="Float32Panel"/></summary>
    Float32 = 2,
}

/// <summary>
/// A linear layer's weights in panels of 32 output columns, K-major; the last panel is padded with zeros. The memory belongs to the unit that it was
/// loaded with (<see cref="PackedUnit"/>).
/// </summary>
/// <param name="Data">[panels, inputs, 32] in <paramref name="Format"/>.</param>
/// <param name="Outputs">Columns, the padding not counted.</param>
/// <param name="Inputs">K.</param>
internal readonly unsafe record struct PackedMatrix(nint Data, WeightFormat Format, int Outputs, int Inputs)
{
    public int Panels => PanelsFor(Outputs);

    public int BytesPerK => BytesPerKOf(Format);

    public long PanelBytes => (long)Inputs * BytesPerK;

    public long Bytes => Panels * PanelBytes;

    public byte* Panel(int panel) => (byte*)Data + (panel * PanelBytes);

    public static int PanelsFor(int outputs) => (outputs + PanelMultiply.Columns - 1) / PanelMultiply.Columns;

    public static int BytesPerKOf(WeightFormat format) => format == WeightFormat.BFloat16 ? BFloat16Panel.BytesPerK : Float32Panel.BytesPerK;
}

/// <summary>One packed matrix or vector within a unit: its sources and its place.</summary>
/// <param name="Name">Name within the unit, such as "qkv".</param>
/// <param name="Parts">Tensors of the checkpoint, one after another along the outputs; a vector's parts have one extent.</param>
/// <param name="Format">Element format; vectors are float32.</param>
/// <param name="Outputs">Columns of the matrix, or length of the vector.</param>
/// <param name="Inputs">K of the matrix, or 0 for a vector.</param>
/// <param name="Offset">First byte within the unit's data, a multiple of 64.</param>
/// <param name="Bytes">Length with padding.</param>
internal sealed record UnitEntry(string Name, IReadOnlyList<TensorSpec> Parts, WeightFormat Format, int Outputs, int Inputs, long Offset, long Bytes)
{
    public bool IsVector => Inputs == 0;
}
