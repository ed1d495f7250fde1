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
