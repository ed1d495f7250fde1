namespace OrleansInference.Compute.Kernels;

/// <summary>
/// Rotary position embedding (Su et al., 2021), pairs (i, i + half): (a, b) becomes (a cos − b sin, b cos + a sin), in float32, each product rounded once
/// and fused with the other.
/// </summary>
internal static unsafe class Rotary
{
    /// <summary>Computes the cosines and sines of one position.</summary>
    /// <param name="position">Absolute position.</param>
    /// <param name="inverseFrequencies">[half]</param>
    /// <param name="table">[2, half]: cosines, then sines.</param>
    public static void FillTable(int position, ReadOnlySpan<float> inverseFrequencies, float* table)
    {
        for (int i = 0; i < inverseFrequencies.Length; i++)
        {
            (float sin, float cos) = Trigonometry.SinCos(position * inverseFrequencies[i]);
            table[i] = cos;
            table[i + inverseFrequencies.Length] = sin;
        }
    }

    /// <summary>Turns one head's vector in place.</summary>
    /// <param name="head">[2 × half]</param>
    /// <param name="table">[2, half] of the head's position.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply(float* head, int half, float* table)
    {
        int i = 0;
        for (; i + Lanes.Count <= half; i += Lanes.Count)
        {
            Vector512<float> a = Vector512.Load(head + i);
            Vector512<float> b = Vector512.Load(head + i + half);
            Vector512<float> cos = Vector512.Load(table + i);
            Vector512<float> sin = Vector512.Load(table + i + half);
            Vector512.FusedMultiplyAdd(a, cos, -(b * sin)).Store(head + i);
            Vector512.FusedMultiplyAdd(b, cos, a * sin).Store(head + i + half);
        }

        for (; i < half; i++)
        {
            float a = head[i];
            float b = head[i + half];
            float cos = table[i];
            float sin = table[i + half];
            head[i] = MathF.FusedMultiplyAdd(a, cos, -(b * sin));
            head[i + half] = MathF.FusedMultiplyAdd(b, cos, a * sin);
        }
    }
}
