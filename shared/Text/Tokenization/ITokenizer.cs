namespace OrleansInference.Text.Tokenization;

/// <summary>Conversion between text and token ids. Implementations are immutable and thread-safe.</summary>
public interface ITokenizer
{
    /// <summary>One more than the highest token id, added tokens included. The model's vocabulary may be larger (padding).</summary>
    int VocabularySize { get; }

    /// <summary>Encodes <paramref name="text"/>; added tokens that occur in it are recognised as such.</summary>
    /// <param name="text">Any UTF-16 text; unpaired surrogates count as U+FFFD.</param>
    /// <param name="addSpecialTokens">Whether to add the tokens of the post-processor, such as a beginning-of-sequence token.</param>
    int[] Encode(string text, bool addSpecialTokens);

    /// <summary>Decodes <paramref name="ids"/>; ids outside the vocabulary decode to nothing.</summary>
    string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens);

    /// <summary>The id of the token whose content is exactly <paramref name="token"/>, or null.</summary>
    int? TokenId(string token);

    /// <summary>Returns the token as tokenizer.json stores it ("Ġthe", "&lt;0x0A&gt;"), or null for an id outside the vocabulary.</summary>
    string? TokenText(int id);

    /// <summary>The bytes of the token when it is decoded in the middle of a text; empty for ids outside the vocabulary.</summary>
    ReadOnlyMemory<byte> TokenBytes(int id);

    /// <summary>Whether <paramref name="id"/> is an added token marked special, which decoding may skip.</summary>
    bool IsSpecial(int id);

    /// <summary>Starts a decoder that converts a stream of ids to text and never returns a part of a character.</summary>
    ITokenStreamDecoder CreateStreamDecoder(bool skipSpecialTokens);
}

/// <summary>Incremental decoding of one stream: the concatenated results equal <see cref="ITokenizer.Decode"/> of all ids.</summary>
public interface ITokenStreamDecoder
{
    /// <summary>Adds one id; returns the text that is now complete, often empty while a character is incomplete.</summary>
    string Append(int id);

    /// <summary>Ends the stream; returns the withheld text, with U+FFFD for bytes of incomplete characters.</summary>
    string Flush();
}
