using System.Text;
using OrleansInference.Text.Tokenization;

namespace OrleansInference.ApiTests.Scripted;

/// <summary>A token for each byte, and a few special ones: small enough to be right at sight.</summary>
internal sealed class ByteTokenizer : ITokenizer
{
    public const int EndOfSequence = 256;

    private static readonly string[] Special = ["<eos>", "<bos>", "<think>", "</think>"];

    public int VocabularySize => 256 + Special.Length;

    public int[] Encode(string text, bool addSpecialTokens)
    {
        List<int> ids = addSpecialTokens ? [257] : [];
        for (int at = 0; at < text.Length;)
        {
            int special = Array.FindIndex(Special, token => string.CompareOrdinal(text, at, token, 0, token.Length) == 0);
            int length = special >= 0 ? Special[special].Length : char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1;
            if (special >= 0)
                ids.Add(256 + special);
            else
                ids.AddRange(Encoding.UTF8.GetBytes(text, at, length).Select(one => (int)one));
            at += length;
        }

        return [.. ids];
    }

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
        int special = Array.IndexOf(Special, token);
        return special >= 0 ? 256 + special : token.Length == 1 && token[0] < 128 ? token[0] : null;
    }

    public string? TokenText(int id) => id is < 0 or >= 260 ? null : id < 256 ? $"<0x{id:X2}>" : Special[id - 256];

    public ReadOnlyMemory<byte> TokenBytes(int id) =>
        id is < 0 or >= 260 ? default : id < 256 ? new byte[] { (byte)id } : Encoding.UTF8.GetBytes(Special[id - 256]);

    public bool IsSpecial(int id) => id is 256 or 257;

    public ITokenStreamDecoder CreateStreamDecoder(bool skipSpecialTokens) => new Decoder(this, skipSpecialTokens);

    private sealed class Decoder(ByteTokenizer tokenizer, bool skipSpecialTokens) : ITokenStreamDecoder
    {
        private readonly System.Text.Decoder _utf8 = Encoding.UTF8.GetDecoder();

        public string Append(int id) => skipSpecialTokens && tokenizer.IsSpecial(id) ? string.Empty : Convert(tokenizer.TokenBytes(id).Span, false);

        public string Flush() => Convert([], true);

        private string Convert(ReadOnlySpan<byte> bytes, bool flush)
        {
            char[] chars = new char[bytes.Length + 4];
            return new string(chars, 0, _utf8.GetChars(bytes, chars, flush));
        }
    }
}
