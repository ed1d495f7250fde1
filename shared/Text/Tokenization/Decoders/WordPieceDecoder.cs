namespace OrleansInference.Text.Tokenization.Decoders;

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
