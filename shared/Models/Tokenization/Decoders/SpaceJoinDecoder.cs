namespace OrleansInference.Models.Tokenization.Decoders;

/// <summary>What a tokenizer without a decoder does: tokens joined by spaces.</summary>
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
