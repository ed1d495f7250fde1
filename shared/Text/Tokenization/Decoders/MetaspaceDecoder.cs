namespace OrleansInference.Text.Tokenization.Decoders;

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
