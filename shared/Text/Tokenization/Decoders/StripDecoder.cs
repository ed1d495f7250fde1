namespace OrleansInference.Text.Tokenization.Decoders;

/// <summary>Removes up to a number of one character from either end of every token.</summary>
internal sealed class StripDecoder(char content, int start, int stop) : Decoder
{
    public override TokenSink Start(TokenSink next) => new Sink(next, content, start, stop);

    private sealed class Sink(TokenSink next, char content, int start, int stop) : TokenSink
    {
        private int _stripped; // how many of the allowed characters this token has lost at its start
        private int _held; // characters to strip at the end, should the token end here

        public override void Append(ReadOnlySpan<char> fragment)
        {
            while (_stripped < start && fragment.Length > 0)
            {
                if (fragment[0] != content)
                {
                    _stripped = start;
                    break;
                }
                _stripped++;
                fragment = fragment[1..];
            }
            if (fragment.IsEmpty)
                return;
            if (stop == 0)
            {
                next.Append(fragment);
                return;
            }
            int tail = fragment.Length - fragment.TrimEnd(content).Length;
            if (tail < fragment.Length)
            {
                Release(_held);
                _held = 0;
                next.Append(fragment[..^tail]);
            }
            _held += tail;
            Release(_held - stop);
            _held = Math.Min(_held, stop);
        }

        public override void EndToken()
        {
            _stripped = 0;
            _held = 0;
            next.EndToken();
        }

        public override void Flush() => next.Flush();

        private void Release(int count)
        {
            for (int i = 0; i < count; i++)
                next.Append([content]);
        }
    }
}
