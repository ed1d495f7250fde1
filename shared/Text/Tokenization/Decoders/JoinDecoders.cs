namespace OrleansInference.Text.Tokenization.Decoders;

/// <summary>Joins all tokens into one.</summary>
internal sealed class FuseDecoder : Decoder
{
    public override TokenSink Start(TokenSink next) => new Sink(next);

    private sealed class Sink(TokenSink next) : TokenSink
    {
        public override void Append(ReadOnlySpan<char> fragment) => next.Append(fragment);

        public override void EndToken()
        {
        }

        public override void Flush()
        {
            next.EndToken();
            next.Flush();
        }
    }
}

/// <summary>The decoder of a tokenizer without one: joins tokens with spaces.</summary>
internal sealed class SpaceJoinDecoder : Decoder
{
    public override TokenSink Start(TokenSink next) => new Sink(next);

    private sealed class Sink(TokenSink next) : WholeTokenSink(next)
    {
        private bool _isFirst = true;

        protected override void Take(ReadOnlySpan<char> token)
        {
            if (!_isFirst)
                Next.Append(" ");
            _isFirst = false;
            Next.Append(token);
            Next.EndToken();
        }
    }
}

/// <summary>The original BPE's decoder: the suffix that ends a word becomes a space, except in the last token.</summary>
internal sealed class SuffixDecoder(string suffix) : Decoder
{
    public override TokenSink Start(TokenSink next) => new Sink(next, suffix);

    private sealed class Sink(TokenSink next, string suffix) : WholeTokenSink(next)
    {
        private string? _last;

        public override void Flush()
        {
            Release("");
            Next.Flush();
        }

        protected override void Take(ReadOnlySpan<char> token)
        {
            Release(" ");
            _last = token.ToString();
        }

        private void Release(string replacement)
        {
            if (_last is null)
                return;
            Next.Append(_last.Replace(suffix, replacement, StringComparison.Ordinal));
            Next.EndToken();
        }
    }
}

/// <summary>Joins tokens with spaces except before those that continue a word, and removes spaces around punctuation if configured.</summary>
internal sealed class WordPieceDecoder(string prefix, bool cleanup) : Decoder
{
    private static readonly (string From, string To)[] Cleanups =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    public override TokenSink Start(TokenSink next) => new Sink(next, prefix, cleanup);

    private sealed class Sink(TokenSink next, string prefix, bool cleanup) : WholeTokenSink(next)
    {
        private bool _isFirst = true;

        protected override void Take(ReadOnlySpan<char> token)
        {
            string text = token.ToString();
            if (!_isFirst)
                text = text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : " " + text;
            _isFirst = false;
            if (cleanup)
            {
                foreach ((string from, string to) in Cleanups)
                    text = text.Replace(from, to, StringComparison.Ordinal);
            }
            Next.Append(text);
            Next.EndToken();
        }
    }
}

/// <summary>Converts the visible space to a space, and omits it in the first token if the pre-tokenizer adds one.</summary>
internal sealed class MetaspaceDecoder(char replacement, PrependScheme scheme) : Decoder
{
    public override TokenSink Start(TokenSink next) => new Sink(next, replacement, scheme);

    private sealed class Sink(TokenSink next, char replacement, PrependScheme scheme) : TokenSink
    {
        private bool _dropsSpaces = scheme != PrependScheme.Never;

        public override void Append(ReadOnlySpan<char> fragment)
        {
            while (fragment.IndexOf(replacement) is >= 0 and var found)
            {
                if (found > 0)
                    next.Append(fragment[..found]);
                if (!_dropsSpaces)
                    next.Append(" ");
                fragment = fragment[(found + 1)..];
            }
            if (!fragment.IsEmpty)
                next.Append(fragment);
        }

        public override void EndToken()
        {
            _dropsSpaces = false;
            next.EndToken();
        }

        public override void Flush() => next.Flush();
    }
}
