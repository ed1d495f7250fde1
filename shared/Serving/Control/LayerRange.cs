namespace OrleansInference.Serving.Control;

/// <summary>Layers <paramref name="First"/> … <paramref name="End"/> − 1.</summary>
internal readonly record struct LayerRange(int First, int End)
{
    public int Count => End - First;

    public bool Overlaps(LayerRange other) => Math.Max(First, other.First) < Math.Min(End, other.End);

    public bool Contains(int layer) => layer >= First && layer < End;

    public override string ToString() => $"{First}-{End - 1}";
}
