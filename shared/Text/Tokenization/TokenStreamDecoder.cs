using OrleansInference.Text.Tokenization.Decoders;

namespace OrleansInference.Text.Tokenization;

/// <summary>Runs one stream of ids through the decoders. Decoding a whole sequence uses the same stream, read at its end.</summary>
internal sealed class TokenStreamDecoder : ITokenStreamDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private readonly TextSink _text = new();
    private readonly TokenSink _first;

    public TokenStreamDecoder(Tokenizer tokenizer, Decoder decoder, bool skipSpecialTokens)
    {
        _tokenizer = tokenizer;
        _skipSpecialTokens = skipSpecialTokens;
        _first = decoder.Start(_text);
    }

    public string Append(int id)
    {
        Accept(id);
        return _text.Take();
    }

    public string Flush()
    {
        _first.Flush();
        return _text.Take();
    }

    internal void Accept(int id)
    {
        if (!_tokenizer.TryGetDecodedToken(id, _skipSpecialTokens, out ReadOnlySpan<char> text))
            return;
        _first.Append(text);
        _first.EndToken();
    }
}
