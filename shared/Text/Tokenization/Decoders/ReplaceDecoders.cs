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

/// <summary>Replaces a fixed, non-empty string by another; withholds only text that can be the start of an occurrence.</summary>
internal sealed class LiteralReplaceDecoder(string literal, string replacement) : Decoder
{
    public override TokenSink Start(TokenSink next) => new Sink(next, literal, replacement);

    private sealed class Sink(TokenSink next, string literal, string replacement) : TokenSink
    {
        private string _held = ""; // a proper prefix of the literal

        public override void Append(ReadOnlySpan<char> fragment)
        {
            ReadOnlySpan<char> text = _held.Length == 0 ? fragment : string.Concat(_held, fragment);
            while (text.IndexOf(literal, StringComparison.Ordinal) is >= 0 and var found)
            {
                Emit(text[..found]);
                Emit(replacement);
                text = text[(found + literal.Length)..];
            }
            int tail = Math.Min(literal.Length - 1, text.Length);
            while (!literal.StartsWith(text[^tail..]))
                tail--;
            Emit(text[..^tail]);
            _held = tail == 0 ? "" : text[^tail..].ToString();
        }

        public override void EndToken()
        {
            Emit(_held);
            _held = "";
            next.EndToken();
        }

        public override void Flush() => next.Flush();

        private void Emit(ReadOnlySpan<char> text)
        {
            if (!text.IsEmpty)
                next.Append(text);
        }
    }
}
