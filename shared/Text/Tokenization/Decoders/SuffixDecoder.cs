namespace OrleansInference.Text.Tokenization.Decoders;

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
