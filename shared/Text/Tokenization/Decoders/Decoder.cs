using System.Runtime.InteropServices;
using System.Text;

namespace OrleansInference.Text.Tokenization.Decoders;

/// <summary>Step of the conversion from tokens to text. Immutable; each stream has its own sink.</summary>
internal abstract class Decoder
{
    public abstract TokenSink Start(TokenSink next);

    /// <summary>Whether this step, or one of its parts, is a <typeparamref name="T"/>.</summary>
    public virtual bool Contains<T>() where T : Decoder => this is T;
}

/// <summary>Applies decoders one after another.</summary>
internal sealed class SequenceDecoder(IReadOnlyList<Decoder> steps) : Decoder
{
    public override TokenSink Start(TokenSink next)
    {
        for (int i = steps.Count - 1; i >= 0; i--)
            next = steps[i].Start(next);
        return next;
    }

    public override bool Contains<T>() => steps.Any(step => step.Contains<T>());
}

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
