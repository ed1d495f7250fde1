namespace OrleansInference.Text.Tokenization.Normalizers;

/// <summary>One step that rewrites text before it is split into words. Immutable; text in and out has no unpaired surrogates.</summary>
internal abstract class Normalizer
{
    public abstract string Normalize(string text);
}
