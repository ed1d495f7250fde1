using System.Text;
using OrleansInference.Text.Tokenization.Decoders;
using OrleansInference.Text.Tokenization.PreTokenizers;
using OrleansInference.Text.Tokenization.Reading;

namespace OrleansInference.Text.Tokenization;

/// <summary>
/// Byte-pair tokenizer described by a Hugging Face tokenizer.json, with the ids and the text of the reference implementation. The sections "truncation" and
/// "padding" are ignored: a text is encoded completely and without padding.
/// </summary>
public sealed class Tokenizer : ITokenizer
{
    private readonly TokenizerParts _parts;
    private readonly Lazy<ReadOnlyMemory<byte>?[]> _bytes;

    private Tokenizer(TokenizerParts parts)
    {
        _parts = parts;
        VocabularySize = 1 + Math.Max(parts.Model.Vocabulary.MaximumId, parts.Added.MaximumId);
        _bytes = new Lazy<ReadOnlyMemory<byte>?[]>(() => new ReadOnlyMemory<byte>?[VocabularySize]);
    }

    public int VocabularySize { get; }

    /// <summary>Loads a tokenizer.json.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidTokenizer"/>: the file is missing, malformed or uses a component that is not supported.</exception>
    public static Tokenizer Load(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            return Load(stream, path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InferenceException(ErrorCode.InvalidTokenizer, $"{path}: the file cannot be read: {exception.Message}", path, exception);
        }
    }

    /// <summary>Loads the contents of a tokenizer.json; error messages call it <paramref name="name"/>.</summary>
    public static Tokenizer Load(Stream stream, string name)
    {
        try
        {
            return new Tokenizer(TokenizerReader.Read(stream));
        }
        catch (InferenceException exception)
        {
            throw new InferenceException(ErrorCode.InvalidTokenizer, $"{name}: {exception.Message}", exception.Parameter ?? name, exception);
        }
    }

    public int[] Encode(string text, bool addSpecialTokens)
    {
        text = WithoutUnpairedSurrogates(text);
        var ids = new List<int>(text.Length / 3 + 8);
        var spans = new List<AddedSpan>();
        _parts.Added.SplitRaw(text, spans);
        foreach (AddedSpan span in spans)
        {
            if (span.Id >= 0)
                ids.Add(span.Id);
            else
                EncodeSegment(span.Start == 0 && span.End == text.Length ? text : text[span.Start..span.End], span.Start == 0, ids);
        }
        return [.. _parts.PostProcessor.Process(ids, addSpecialTokens)];
    }

    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        var decoder = new TokenStreamDecoder(this, _parts.Decoder, skipSpecialTokens);
        foreach (int id in ids)
            decoder.Accept(id);
        return decoder.Flush();
    }

    public int? TokenId(string token)
    {
        if (_parts.Added.Find(token) is { } added)
            return added;
        int id = _parts.Model.Vocabulary.Find(token);
        return id < 0 ? null : id;
    }

    public string? TokenText(int id)
    {
        if (_parts.Added.Content(id) is { } content)
            return content;
        return _parts.Model.Vocabulary.TryGetText(id, out ReadOnlySpan<char> text) ? text.ToString() : null;
    }

    public ReadOnlyMemory<byte> TokenBytes(int id)
    {
        if ((uint)id >= (uint)VocabularySize)
            return default;
        ReadOnlyMemory<byte>?[] all = _bytes.Value;
        lock (all)
            return all[id] ??= TokenByteReader.Read(this, _parts.Decoder, id);
    }

    public bool IsSpecial(int id) => _parts.Added.IsSpecial(id);

    public ITokenStreamDecoder CreateStreamDecoder(bool skipSpecialTokens) => new TokenStreamDecoder(this, _parts.Decoder, skipSpecialTokens);

    /// <summary>Finds the text of a token before decoding; false for an unknown id or a skipped special token.</summary>
    internal bool TryGetDecodedToken(int id, bool skipSpecialTokens, out ReadOnlySpan<char> text)
    {
        if (!_parts.Added.TryGetDecodedContent(id, out string content))
            return _parts.Model.Vocabulary.TryGetText(id, out text);
        text = content;
        return !skipSpecialTokens || !_parts.Added.IsSkipped(content);
    }

    private void EncodeSegment(string segment, bool isAtOrigin, List<int> ids)
    {
        string text = _parts.Normalizer is null ? segment : _parts.Normalizer.Normalize(segment);
        var spans = new List<AddedSpan>();
        _parts.Added.SplitNormalized(text, spans);
        foreach (AddedSpan span in spans)
        {
            if (span.Id >= 0)
            {
                ids.Add(span.Id);
                continue;
            }
            var pieces = new PieceList(text.AsMemory(span.Start, span.End - span.Start), [new TextPiece(0, span.End - span.Start, isAtOrigin && span.Start == 0)]);
            if (_parts.PreTokenizer is not null)
                pieces = _parts.PreTokenizer.Process(pieces);
            foreach (TextPiece piece in pieces.Pieces)
                _parts.Model.Encode(pieces.Span(piece), ids);
        }
    }

    private static string WithoutUnpairedSurrogates(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
            return text;
        var clean = new StringBuilder(text.Length);
        bool changed = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            clean.Append(rune.ToString());
            changed |= rune.Value == 0xFFFD;
        }
        return changed ? clean.ToString() : text;
    }
}
