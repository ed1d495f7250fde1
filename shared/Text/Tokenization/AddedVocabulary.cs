using System.Text;
using OrleansInference.Text.Tokenization.Normalizers;
using OrleansInference.Text.Tokenization.Patterns;

namespace OrleansInference.Text.Tokenization;

/// <summary>
/// Added tokens. An added token whose content the model knows keeps the model's id. The ids of the others start at the size of the model's vocabulary, in the
/// order of the file, as in the reference.
/// </summary>
internal sealed class AddedVocabulary
{
    private const int MaxContentLength = 1024;

    private readonly Dictionary<string, int> _idOfContent = [];
    private readonly Dictionary<int, AddedToken> _tokens = [];
    private readonly Dictionary<int, string> _normalizedContent = [];
    private readonly HashSet<string> _specialContents = [];
    private readonly TokenTrie _raw = new();
    private readonly TokenTrie _normalized = new();

    public AddedVocabulary(IEnumerable<AddedToken> tokens, Vocabulary vocabulary, Normalizer? normalizer)
    {
        int nextId = vocabulary.Count;
        foreach (AddedToken token in tokens)
        {
            if (token.Content.Length == 0)
                continue;
            if (token.Content.Length > MaxContentLength)
                InferenceException.Throw(ErrorCode.InvalidTokenizer, $"An added token has {token.Content.Length} characters; expected at most {MaxContentLength}.", "added_tokens");
            Add(token, vocabulary, normalizer, ref nextId);
        }
        foreach ((int id, AddedToken token) in _tokens)
        {
            string content = _normalizedContent.GetValueOrDefault(id, token.Content);
            if (!token.IsNormalized)
                _raw.Add(token.Content, id);
            else if (content.Length > 0)
                _normalized.Add(content, id);
        }
    }

    public int MaximumId => _tokens.Count == 0 ? -1 : _tokens.Keys.Max();

    public int? Find(string content) => _idOfContent.TryGetValue(content, out int id) ? id : null;

    public string? Content(int id) => _tokens.GetValueOrDefault(id)?.Content;

    /// <summary>The decoded text of the token: its normalized form if it is matched in that form.</summary>
    public bool TryGetDecodedContent(int id, out string content)
    {
        content = "";
        if (!_tokens.TryGetValue(id, out AddedToken? token))
            return false;
        content = _normalizedContent.GetValueOrDefault(id, token.Content);
        return true;
    }

    public bool IsSpecial(int id) => _tokens.TryGetValue(id, out AddedToken? token) && token.IsSpecial;

    /// <summary>Whether decoding that skips special tokens omits a token of this content.</summary>
    public bool IsSkipped(string content) => _specialContents.Contains(content);

    public void SplitRaw(string text, List<AddedSpan> output) => Split(_raw, text, output);

    public void SplitNormalized(string text, List<AddedSpan> output) => Split(_normalized, text, output);

    private void Add(AddedToken token, Vocabulary vocabulary, Normalizer? normalizer, ref int nextId)
    {
        int known = vocabulary.Find(token.Content);
        if (!_idOfContent.TryGetValue(token.Content, out int id))
            id = known >= 0 ? known : nextId++;
        if (id > Vocabulary.MaxId)
            InferenceException.Throw(ErrorCode.InvalidTokenizer, $"The added token '{token.Content}' has the id {id}; expected at most {Vocabulary.MaxId}.", "added_tokens");
        if (token.IsNormalized && normalizer is not null && normalizer.Normalize(token.Content) is var content && content != token.Content)
            _normalizedContent[id] = content;
        _idOfContent[token.Content] = id;
        _tokens[id] = token;
        if (token.IsSpecial)
            _specialContents.Add(token.Content);
    }

    private void Split(TokenTrie trie, string text, List<AddedSpan> output)
    {
        int covered = 0, from = 0;
        while (!trie.IsEmpty && trie.Find(text, from, out int start, out int end) is >= 0 and var id)
        {
            from = end;
            AddedToken token = _tokens[id];
            if (token.SingleWord && TouchesWord(text, start, end))
                continue;
            if (token.StripsLeft)
            {
                while (start > covered && char.IsWhiteSpace(text[start - 1]))
                    start--;
            }
            while (token.StripsRight && end < text.Length && char.IsWhiteSpace(text[end]))
                end++;
            if (covered < start)
                output.Add(new AddedSpan(-1, covered, start));
            output.Add(new AddedSpan(id, start, end));
            covered = end;
        }
        if (covered < text.Length)
            output.Add(new AddedSpan(-1, covered, text.Length));
    }

    private static bool TouchesWord(string text, int start, int end)
    {
        Rune.DecodeLastFromUtf16(text.AsSpan(0, start), out Rune before, out _);
        Rune.DecodeFromUtf16(text.AsSpan(end), out Rune after, out _);
        return start > 0 && UnicodeSets.WordOrJoiner.Contains(before.Value) || end < text.Length && UnicodeSets.WordOrJoiner.Contains(after.Value);
    }
}

/// <summary>A token that is recognised in the text as a whole, before the model sees it.</summary>
internal sealed record AddedToken
{
    public required string Content { get; init; }

    /// <summary>Whether it matches only between non-word characters.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Whether it includes the white space before it.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Whether it includes the white space after it.</summary>
    public bool StripsRight { get; init; }

    /// <summary>Whether its normalized form is matched in the normalized text, instead of its content in the original text.</summary>
    public bool IsNormalized { get; init; }

    public bool IsSpecial { get; init; }
}

/// <summary>A piece of a text: an added token, or text between them where <see cref="Id"/> is -1.</summary>
internal readonly record struct AddedSpan(int Id, int Start, int End);
