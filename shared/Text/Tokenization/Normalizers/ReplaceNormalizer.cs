using System.Text;
using OrleansInference.Text.Tokenization.Patterns;

namespace OrleansInference.Text.Tokenization.Normalizers;

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
