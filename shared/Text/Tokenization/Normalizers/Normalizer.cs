using System.Text;
using OrleansInference.Text.Tokenization.Patterns;

namespace OrleansInference.Text.Tokenization.Normalizers;

/// <summary>One step that rewrites text before it is split into words. Immutable; text in and out has no unpaired surrogates.</summary>
internal abstract class Normalizer
{
    public abstract string Normalize(string text);
}

/// <summary>Applies normalizers one after another.</summary>
internal sealed class SequenceNormalizer(IReadOnlyList<Normalizer> steps) : Normalizer
{
    public override string Normalize(string text)
    {
        foreach (Normalizer step in steps)
            text = step.Normalize(text);
        return text;
    }
}

/// <summary>Puts a prefix before every text that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : Normalizer
{
    public override string Normalize(string text) => text.Length == 0 ? text : prefix + text;
}

/// <summary>Removes white space at either end.</summary>
internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    public override string Normalize(string text)
    {
        if (left)
            text = text.TrimStart();
        return right ? text.TrimEnd() : text;
    }
}

/// <summary>Replaces every match of a pattern by a fixed text.</summary>
internal sealed class ReplaceNormalizer(ITextPattern pattern, string replacement) : Normalizer
{
    public override string Normalize(string text)
    {
        var matches = new List<PatternMatch>();
        pattern.FindMatches(text, matches);
        if (!matches.Exists(match => match.IsMatch))
            return text;
        var result = new StringBuilder(text.Length);
        foreach (PatternMatch match in matches)
        {
            if (match.IsMatch)
                result.Append(replacement);
            else
                result.Append(text.AsSpan(match.Start, match.Length));
        }
        return result.ToString();
    }
}
