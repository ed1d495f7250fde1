using OrleansInference.Text.Tokenization.Patterns;

namespace OrleansInference.Text.Tokenization.Decoders;

/// <summary>Replaces every match of a pattern within a token by a fixed text.</summary>
internal sealed class ReplaceDecoder(ITextPattern pattern, string replacement) : Decoder
{
    public override TokenSink Start(TokenSink next) => new Sink(next, pattern, replacement);

    private sealed class Sink(TokenSink next, ITextPattern pattern, string replacement) : WholeTokenSink(next)
    {
        private readonly List<PatternMatch> _matches = [];

        protected override void Take(ReadOnlySpan<char> token)
        {
            _matches.Clear();
            pattern.FindMatches(token, _matches);
            foreach (PatternMatch match in _matches)
                Next.Append(match.IsMatch ? replacement : token[match.Start..match.End]);
            Next.EndToken();
        }
    }
}
