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
