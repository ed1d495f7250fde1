namespace OrleansInference.Text.Tokenization.PostProcessors;

/// <summary>Adds tokens around an encoded text. Immutable.</summary>
internal abstract class PostProcessor
{
    public abstract List<int> Process(List<int> ids, bool addSpecialTokens);
}

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

/// <summary>Writes out a template of special tokens and the text.</summary>
/// <param name="pieces">For each piece the ids of a special token, or null for the text.</param>
internal sealed class TemplatePostProcessor(IReadOnlyList<int[]?> pieces) : PostProcessor
{
    public override List<int> Process(List<int> ids, bool addSpecialTokens)
    {
        var output = new List<int>(ids.Count + pieces.Count);
        foreach (int[]? special in pieces)
        {
            if (special is null)
                output.AddRange(ids);
            else if (addSpecialTokens)
                output.AddRange(special);
        }
        return output;
    }
}
