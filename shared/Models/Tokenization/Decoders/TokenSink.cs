namespace OrleansInference.Models.Tokenization.Decoders;

/// <summary>Takes the texts of tokens as they come, possibly in fragments, and hands on what has become certain. One stream, one thread.</summary>
internal abstract class TokenSink
{
    /// <summary>Takes a part of the current token's text; it has no unpaired surrogates.</summary>
    public abstract void Append(ReadOnlySpan<char> fragment);

    public abstract void EndToken();

    /// <summary>Ends the stream; after the last token.</summary>
    public abstract void Flush();
}
