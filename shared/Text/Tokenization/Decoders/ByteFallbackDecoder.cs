using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace OrleansInference.Text.Tokenization.Decoders;

/// <summary>Joins runs of tokens such as &lt;0xE4&gt; into text; a run that is not valid UTF-8 as a whole becomes one U+FFFD for each byte.</summary>
internal sealed class ByteFallbackDecoder : Decoder
{
    public override TokenSink Start(TokenSink next) => new Sink(next);

    /// <summary>The byte of a token such as &lt;0x0A&gt;, or -1.</summary>
    public static int ByteOf(ReadOnlySpan<char> token) =>
        token.Length == 6 && token.StartsWith("<0x") && token[5] == '>' && byte.TryParse(token[3..5], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value)
            ? value
            : -1;

    private sealed class Sink(TokenSink next) : WholeTokenSink(next)
    {
        private readonly List<byte> _run = [];

        public override void Flush()
        {
            EndRun();
            Next.Flush();
        }

        protected override void Take(ReadOnlySpan<char> token)
        {
            int value = ByteOf(token);
            if (value >= 0)
            {
                _run.Add((byte)value);
                return;
            }
            EndRun();
            Next.Append(token);
            Next.EndToken();
        }

        private void EndRun()
        {
            if (_run.Count == 0)
                return;
            ReadOnlySpan<byte> bytes = CollectionsMarshal.AsSpan(_run);
            if (Utf8.IsValid(bytes))
            {
                Next.Append(Encoding.UTF8.GetString(bytes));
                Next.EndToken();
            }
            else
            {
                for (int i = 0; i < bytes.Length; i++)
                {
                    Next.Append("\uFFFD");
                    Next.EndToken();
                }
            }
            _run.Clear();
        }
    }
}
