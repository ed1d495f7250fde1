using System.Text;
using OrleansInference.Text.Tokenization;

namespace OrleansInference.Unit;

/// <summary>A tokenizer given as a list of byte strings; encoding takes one token a character.</summary>
internal sealed class FakeTokenizer(IReadOnlyList<byte[]> tokens, IReadOnlySet<int>? special = null) : ITokenizer
{
    public FakeTokenizer(IEnumerable<string> tokens, params int[] special)
        : this([.. tokens.Select(Encoding.UTF8.GetBytes)], new HashSet<int>(special))
    {
    }

    /// <summary>Token i stands for the byte i.</summary>
    public static FakeTokenizer Bytes { get; } = new([.. Enumerable.Range(0, 256).Select(i => new[] { (byte)i })]);

    public int VocabularySize => tokens.Count;

    public int[] Encode(string text, bool addSpecialTokens) => [.. text.Select(c => TokenId(c.ToString())!.Value)];

    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        ITokenStreamDecoder decoder = CreateStreamDecoder(skipSpecialTokens);
        StringBuilder text = new();
        foreach (int id in ids)
        {
            text.Append(decoder.Append(id));
        }

        return text.Append(decoder.Flush()).ToString();
    }

    public int? TokenId(string token)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(token);
        for (int i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].AsSpan().SequenceEqual(bytes))
            {
                return i;
            }
        }

        return null;
    }

    public string? TokenText(int id) => id < tokens.Count ? Encoding.UTF8.GetString(tokens[id]) : null;

    public ReadOnlyMemory<byte> TokenBytes(int id) => id < tokens.Count ? tokens[id] : default(ReadOnlyMemory<byte>);

    public bool IsSpecial(int id) => special?.Contains(id) ?? false;

    public ITokenStreamDecoder CreateStreamDecoder(bool skipSpecialTokens) => new StreamDecoder(this, skipSpecialTokens);

    private sealed class StreamDecoder(FakeTokenizer tokenizer, bool skipSpecialTokens) : ITokenStreamDecoder
    {
        private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();

        public string Append(int id) => skipSpecialTokens && tokenizer.IsSpecial(id) ? string.Empty : Decode(tokenizer.TokenBytes(id).Span, flush: false);

        public string Flush() => Decode([], flush: true);

        private string Decode(ReadOnlySpan<byte> bytes, bool flush)
        {
            char[] characters = new char[bytes.Length + 4];
            return new string(characters, 0, _utf8.GetChars(bytes, characters, flush));
        }
    }
}
