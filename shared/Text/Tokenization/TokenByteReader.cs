using OrleansInference.Text.Tokenization.Decoders;

namespace OrleansInference.Text.Tokenization;

/// <summary>Finds the bytes of a token in the middle of a text.</summary>
internal static class TokenByteReader
{
    public static ReadOnlyMemory<byte> Read(Tokenizer tokenizer, Decoder decoder, int id)
    {
        if (!tokenizer.TryGetDecodedToken(id, skipSpecialTokens: false, out ReadOnlySpan<char> token))
            return default;
        if (decoder.Contains<ByteLevelDecoder>())
        {
            var bytes = new List<byte>(token.Length);
            ByteLevelDecoder.WriteBytes(token, bytes);
            return bytes.ToArray();
        }
        if (decoder.Contains<ByteFallbackDecoder>() && ByteFallbackDecoder.ByteOf(token) is >= 0 and var value)
            return new[] { (byte)value };
        return System.Text.Encoding.UTF8.GetBytes(Between(decoder, token));
    }

    // Decoders treat the first and the last token differently, so the token is decoded between two others.
    private static string Between(Decoder decoder, ReadOnlySpan<char> token)
    {
        const string Neighbour = "x";
        string with = Decode(decoder, Neighbour, token, Neighbour);
        string without = Decode(decoder, Neighbour, default, default);
        int start = without.Length;
        return with.Length >= start + 1 && with.EndsWith(Neighbour, StringComparison.Ordinal) ? with[start..^1] : token.ToString();
    }

    private static string Decode(Decoder decoder, ReadOnlySpan<char> first, ReadOnlySpan<char> second, ReadOnlySpan<char> third)
    {
        var text = new TextSink();
        TokenSink sink = decoder.Start(text);
        Accept(sink, first);
        Accept(sink, second);
        Accept(sink, third);
        sink.Flush();
        return text.Take();
    }

    private static void Accept(TokenSink sink, ReadOnlySpan<char> token)
    {
        if (token.IsEmpty)
            return;
        sink.Append(token);
        sink.EndToken();
    }
}
