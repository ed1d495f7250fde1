using System.Runtime.InteropServices;
using System.Text;

namespace OrleansInference.Text.Tokenization.Decoders;

/// <summary>Receives the texts of tokens, possibly in fragments, and passes on the text that is complete. One stream, one thread.</summary>
internal abstract class TokenSink
{
    /// <summary>Receives a part of the current token's text, without unpaired surrogates.</summary>
    public abstract void Append(ReadOnlySpan<char> fragment);

    public abstract void EndToken();

    /// <summary>Ends the stream; after the last token.</summary>
    public abstract void Flush();
}

/// <summary>A sink that processes whole tokens.</summary>
internal abstract class WholeTokenSink(TokenSink next) : TokenSink
{
    private readonly List<char> _token = [];

    protected TokenSink Next { get; } = next;

    public sealed override void Append(ReadOnlySpan<char> fragment) => _token.AddRange(fragment);

    public sealed override void EndToken()
    {
        Take(CollectionsMarshal.AsSpan(_token));
        _token.Clear();
    }

    public override void Flush() => Next.Flush();

    /// <summary>Receives the whole text of one token.</summary>
    protected abstract void Take(ReadOnlySpan<char> token);
}

/// <summary>The end of the chain: collects the text.</summary>
internal sealed class TextSink : TokenSink
{
    private readonly StringBuilder _text = new();

    public override void Append(ReadOnlySpan<char> fragment) => _text.Append(fragment);

    public override void EndToken()
    {
    }

    public override void Flush()
    {
    }

    /// <summary>Returns the text collected since the last call.</summary>
    public string Take()
    {
        if (_text.Length == 0)
            return "";
        string text = _text.ToString();
        _text.Clear();
        return text;
    }
}
