namespace OrleansInference.Cluster.Protocol;

/// <summary>Layers <paramref name="First"/> … <paramref name="End"/> − 1.</summary>
public readonly record struct LayerRange(int First, int End)
{
    public int Count => End - First;

    public bool Overlaps(LayerRange other) => Math.Max(First, other.First) < Math.Min(End, other.End);

    public bool Contains(int layer) => layer >= First && layer < End;

    public bool Contains(LayerRange other) => First <= other.First && other.End <= End;

    /// <summary>Returns the layers of this range for which a condition holds, as runs in ascending order.</summary>
    public List<LayerRange> RunsWhere(Func<int, bool> condition)
    {
        List<LayerRange> runs = [];
        for (int layer = First; layer < End; layer++)
        {
            if (!condition(layer))
            {
                continue;
            }

            if (runs.Count > 0 && runs[^1].End == layer)
            {
                runs[^1] = runs[^1] with { End = layer + 1 };
            }
            else
            {
                runs.Add(new LayerRange(layer, layer + 1));
            }
        }

        return runs;
    }

    public override string ToString() => $"{First}-{End - 1}";
}
