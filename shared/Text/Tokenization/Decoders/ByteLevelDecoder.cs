using System.Buffers;
using System.Text;

namespace OrleansInference.Text.Tokenization.Decoders;

/// <summary>Converts byte-level characters to bytes and these to text; invalid sequences become U+FFFD.</summary>
internal sealed class ByteLevelDecoder : Decoder
{
    public override TokenSink Start(TokenSink next) => new Sink(next);

    /// <summary>Writes the bytes of a token; a token with a character outside the alphabet is its own text.</summary>
    public static void WriteBytes(ReadOnlySpan<char> token, List<byte> output)
    {
        int start = output.Count;
        foreach (char c in token)
        {
            int value = ByteLevelAlphabet.ToByte(c);
            if (value < 0)
            {
                output.RemoveRange(start, output.Count - start);
                output.AddRange(Encoding.UTF8.GetBytes(token.ToString()));
                return;
            }
            output.Add((byte)value);
        }
    }

    private sealed class Sink(TokenSink next) : WholeTokenSink(next)
    {
        private readonly List<byte> _bytes = [];

        public override void Flush()
        {
            Emit(_bytes.Count);
            Next.EndToken();
            Next.Flush();
        }

        protected override void Take(ReadOnlySpan<char> token)
        {
            WriteBytes(token, _bytes);
            Emit(_bytes.Count - IncompleteTail());
        }

        private void Emit(int count)
        {
            if (count == 0)
                return;
            ReadOnlySpan<byte> bytes = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_bytes)[..count];
            char[] text = ArrayPool<char>.Shared.Rent(count);
            int length = Encoding.UTF8.GetChars(bytes, text);
            Next.Append(text.AsSpan(0, length));
            ArrayPool<char>.Shared.Return(text);
            _bytes.RemoveRange(0, count);
        }

        // At most three bytes: the start of a character whose rest may still come.
        private int IncompleteTail()
        {
            ReadOnlySpan<byte> bytes = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_bytes);
            for (int tail = 1; tail <= Math.Min(3, bytes.Length); tail++)
            {
                byte b = bytes[^tail];
                if ((b & 0xC0) == 0x80)
                    continue;
                return b >= 0xC0 && Rune.DecodeFromUtf8(bytes[^tail..], out _, out _) == OperationStatus.NeedMoreData ? tail : 0;
            }
            return 0;
        }
    }
}
