using System.Collections.Concurrent;
using System.Text;

namespace OrleansInference.Text.Tokenization;

/// <summary>Byte-pair encoding of one word: its characters, then the merges of lowest rank first, leftmost among equals. Safe for concurrent use.</summary>
internal sealed class BytePairModel
{
    private const int MaxCachedWords = 64 * 1024;
    private const int MaxCachedLength = 64;

    private readonly BytePairOptions _options;
    private readonly MergeTable _merges;
    private readonly int[] _idOfCharacter = new int[0x10000]; // single-character tokens of the basic plane, or -1
    private readonly int[]? _idOfByte; // [256], or null if a byte's token is missing
    private readonly int _unknownId = -1;
    private readonly ConcurrentDictionary<string, int[]> _cache = new();
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _cacheBySpan;
    private int _cached;

    public BytePairModel(Vocabulary vocabulary, MergeTable merges, BytePairOptions options)
    {
        Vocabulary = vocabulary;
        _merges = merges;
        _options = options;
        _cacheBySpan = _cache.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int c = 0; c < _idOfCharacter.Length; c++)
            _idOfCharacter[c] = vocabulary.Find([(char)c]);
        if (options.ByteFallback)
            _idOfByte = [.. Enumerable.Range(0, 256).Select(b => vocabulary.Find($"<0x{b:X2}>"))];
        if (options.UnknownToken is not null)
            _unknownId = vocabulary.Find(options.UnknownToken);
    }

    public Vocabulary Vocabulary { get; }

    /// <summary>Appends the ids of <paramref name="word"/>, which has no unpaired surrogates, to <paramref name="output"/>.</summary>
    public void Encode(ReadOnlySpan<char> word, List<int> output)
    {
        if (word.Length == 1 && _idOfCharacter[word[0]] is >= 0 and var single && _options.EndOfWordSuffix is null)
        {
            output.Add(single);
            return;
        }
        if (_options.IgnoreMerges && Vocabulary.Find(word) is >= 0 and var whole)
        {
            output.Add(whole);
            return;
        }
        bool isCacheable = word.Length <= MaxCachedLength;
        if (isCacheable && _cacheBySpan.TryGetValue(word, out int[]? known))
        {
            output.AddRange(known);
            return;
        }
        var symbols = new List<int>(word.Length);
        AddSymbols(word, symbols);
        int start = output.Count;
        WordMerger.Merge(_merges, symbols, output);
        if (isCacheable)
            Remember(word, output, start);
    }

    private void Remember(ReadOnlySpan<char> word, List<int> output, int start)
    {
        if (Interlocked.Increment(ref _cached) > MaxCachedWords)
        {
            _cache.Clear();
            Interlocked.Exchange(ref _cached, 0);
        }
        _cacheBySpan[word] = [.. output.Skip(start)];
    }

    private void AddSymbols(ReadOnlySpan<char> word, List<int> symbols)
    {
        int pendingUnknown = -1;
        int length;
        for (int i = 0; i < word.Length; i += length)
        {
            length = char.IsHighSurrogate(word[i]) ? 2 : 1;
            int id = FindSymbol(word, i, length);
            if (id >= 0)
            {
                Flush(ref pendingUnknown, symbols);
                symbols.Add(id);
            }
            else if (!TryAddBytes(word, i, length, symbols) && _options.UnknownToken is not null)
            {
                AddUnknown(ref pendingUnknown, symbols);
            }
        }
        Flush(ref pendingUnknown, symbols);
    }

    private void AddUnknown(ref int pending, List<int> symbols)
    {
        if (!_options.FuseUnknown)
            Flush(ref pending, symbols);
        if (_unknownId < 0)
            InferenceException.Throw(ErrorCode.InvalidTokenizer, $"The unknown token '{_options.UnknownToken}' is needed but not in the vocabulary; expected it in model.vocab.", "tokenizer.json");
        pending = _unknownId;
    }

    private static void Flush(ref int pending, List<int> symbols)
    {
        if (pending >= 0)
            symbols.Add(pending);
        pending = -1;
    }

    private int FindSymbol(ReadOnlySpan<char> word, int start, int length)
    {
        bool hasPrefix = start > 0 && _options.ContinuingSubwordPrefix is not null;
        bool hasSuffix = start + length == word.Length && _options.EndOfWordSuffix is not null;
        if (hasPrefix || hasSuffix)
            return Vocabulary.Find(Spell(word.Slice(start, length), hasPrefix, hasSuffix));
        return length == 1 ? _idOfCharacter[word[start]] : Vocabulary.Find(word.Slice(start, length));
    }

    private string Spell(ReadOnlySpan<char> character, bool hasPrefix, bool hasSuffix) =>
        string.Concat(hasPrefix ? _options.ContinuingSubwordPrefix : "", character, hasSuffix ? _options.EndOfWordSuffix : "");

    // All bytes of the spelled character, or none: a missing byte token makes the whole character unknown.
    private bool TryAddBytes(ReadOnlySpan<char> word, int start, int length, List<int> symbols)
    {
        if (_idOfByte is null)
            return false;
        string spelled = Spell(word.Slice(start, length), start > 0, start + length == word.Length);
        byte[] bytes = Encoding.UTF8.GetBytes(spelled);
        if (Array.Exists(bytes, b => _idOfByte[b] < 0))
            return false;
        foreach (byte b in bytes)
            symbols.Add(_idOfByte[b]);
        return true;
    }
}

/// <summary>Settings of a BPE model from tokenizer.json.</summary>
internal sealed record BytePairOptions
{
    public string? UnknownToken { get; init; }

    public string? ContinuingSubwordPrefix { get; init; }

    public string? EndOfWordSuffix { get; init; }

    /// <summary>Whether neighbouring unknown characters become one unknown token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>Whether an unknown character becomes the tokens of its UTF-8 bytes.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Whether a word that is a token as a whole is that token, regardless of the merges.</summary>
    public bool IgnoreMerges { get; init; }
}
