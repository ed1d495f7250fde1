namespace OrleansInference.Text.Tokenization.PostProcessors;

/// <summary>Adds tokens around an encoded text. Immutable.</summary>
internal abstract class PostProcessor
{
    public abstract List<int> Process(List<int> ids, bool addSpecialTokens);
}
