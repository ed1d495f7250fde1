using System.Text.Unicode;
using OrleansInference.Text.Tokenization.Decoders;
using OrleansInference.Text.Tokenization.Normalizers;
using OrleansInference.Text.Tokenization.PostProcessors;
using OrleansInference.Text.Tokenization.PreTokenizers;

namespace OrleansInference.Text.Tokenization.Reading;

/// <summary>Reads a whole tokenizer.json.</summary>
internal static class TokenizerReader
{
    private const int MaxFileBytes = 256 << 20;
    private const int MaxDepth = 64;

    public static TokenizerParts Read(Stream stream)
    {
        ReadOnlyMemory<byte> bytes = ReadBytes(stream);
        if (!Utf8.IsValid(bytes.Span))
            throw new InferenceException(ErrorCode.InvalidTokenizer, "The file is not valid UTF-8; expected JSON.");
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new InferenceException(ErrorCode.InvalidTokenizer, $"The file is not valid JSON: {exception.Message}", inner: exception);
        }
    }

    private static TokenizerParts Read(JsonElement root)
    {
        if (root.OptionalString("version") is { } version && version != "1.0")
            throw JsonFields.Wrong("version", root.Required("version"), "\"1.0\"");
        Normalizer? normalizer = root.Optional("normalizer") is { } normalization ? NormalizerReader.Read(normalization) : null;
        BytePairModel model = BytePairReader.Read(root.Required("model"));
        return new TokenizerParts
        {
            Normalizer = normalizer,
            PreTokenizer = root.Optional("pre_tokenizer") is { } splitting ? PreTokenizerReader.Read(splitting) : null,
            PostProcessor = root.Optional("post_processor") is { } processing ? PostProcessorReader.Read(processing) : SequencePostProcessor.None,
            Decoder = root.Optional("decoder") is { } decoding ? DecoderReader.Read(decoding) : new SpaceJoinDecoder(),
            Model = model,
            Added = new AddedVocabulary(root.Optional("added_tokens") is null ? [] : root.RequiredArray("added_tokens").Select(ReadAddedToken), model.Vocabulary, normalizer),
        };
    }

    private static AddedToken ReadAddedToken(JsonElement element)
    {
        element.Required("id").AsId("id");
        bool isSpecial = element.OptionalBoolean("special", false);
        return new AddedToken
        {
            Content = element.RequiredString("content"),
            SingleWord = element.OptionalBoolean("single_word", false),
            StripsLeft = element.OptionalBoolean("lstrip", false),
            StripsRight = element.OptionalBoolean("rstrip", false),
            IsNormalized = element.OptionalBoolean("normalized", !isSpecial),
            IsSpecial = isSpecial,
        };
    }

    private static ReadOnlyMemory<byte> ReadBytes(Stream stream)
    {
        using var buffer = new MemoryStream(stream.CanSeek ? (int)Math.Clamp(stream.Length, 0, MaxFileBytes) : 0);
        var chunk = new byte[1 << 16];
        int read;
        while ((read = stream.Read(chunk)) > 0)
        {
            if (buffer.Length + read > MaxFileBytes)
                throw new InferenceException(ErrorCode.InvalidTokenizer, $"The file has more than {MaxFileBytes} bytes; expected a tokenizer.json of at most that size.");
            buffer.Write(chunk, 0, read);
        }
        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }
}

/// <summary>The parts that a tokenizer.json describes.</summary>
internal sealed record TokenizerParts
{
    public required Normalizer? Normalizer { get; init; }

    public required PreTokenizer? PreTokenizer { get; init; }

    public required BytePairModel Model { get; init; }

    public required AddedVocabulary Added { get; init; }

    public required PostProcessor PostProcessor { get; init; }

    public required Decoder Decoder { get; init; }
}
