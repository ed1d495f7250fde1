using OrleansInference.Compute.Kernels;

namespace OrleansInference.Compute.Weights;

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
