namespace OrleansInference.Compute.Stages;

/// <summary>The layers that a stage owns. The first stage also embeds tokens; the last also computes logits.</summary>
/// <param name="FirstLayer">First layer.</param>
/// <param name="LayerCount">Number of layers, at least one.</param>
internal readonly record struct StageRange(int FirstLayer, int LayerCount)
{
    public int EndLayer => FirstLayer + LayerCount;

    /// <summary>Cuts a model into <paramref name="stages"/> runs whose lengths differ by at most one.</summary>
    public static StageRange[] Split(int layers, int stages)
    {
        var ranges = new StageRange[stages];
        for (int i = 0; i < stages; i++)
        {
            int first = layers * i / stages;
            ranges[i] = new StageRange(first, (layers * (i + 1) / stages) - first);
        }

        return ranges;
    }
}
