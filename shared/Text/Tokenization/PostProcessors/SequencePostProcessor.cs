namespace OrleansInference.Text.Tokenization.PostProcessors;

/// <summary>Applies post-processors one after another; none leaves the ids as they are.</summary>
internal sealed class SequencePostProcessor(IReadOnlyList<PostProcessor> steps) : PostProcessor
{
    public static SequencePostProcessor None { get; } = new([]);

    public override List<int> Process(List<int> ids, bool addSpecialTokens)
    {
        foreach (PostProcessor step in steps)
            ids = step.Process(ids, addSpecialTokens);
        return ids;
    }
}
