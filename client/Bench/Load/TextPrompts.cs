namespace OrleansInference.Bench.Load;

/// <summary>
/// Prompts of words in random order. Tokenizers split text before its spaces, so every order has the same number of tokens. Only the first word has no space
/// before it, and keeps its place.
/// </summary>
internal sealed class TextPrompts(IReadOnlyList<string> words) : IPromptSource
{
    private const string First = "The";

    private static readonly string[] Common =
    [
        "time", "year", "people", "way", "day", "man", "thing", "woman", "life", "child", "world", "school", "state", "family", "student", "group", "country", "problem", "hand", "part",
        "place", "case", "week", "company", "system", "program", "question", "work", "government", "number", "night", "point", "home", "water", "room", "mother", "area", "money",
        "story", "fact", "month", "lot", "right", "study", "book", "eye", "job", "word", "business", "issue", "side", "kind", "head", "house", "service", "friend", "father", "power",
        "hour", "game", "line", "end", "member", "law", "car", "city", "name", "team", "minute", "idea", "body", "back", "parent", "face", "level", "office", "door", "health",
        "person", "art", "war", "history", "party", "result", "change", "morning", "reason", "research", "girl", "guy", "moment", "air", "teacher", "force", "education",
    ];

    public int Words => words.Count;

    public static TextPrompts Draw(int count, Random random) => new([.. Enumerable.Range(0, count).Select(_ => Common[random.Next(Common.Length)])]);

    /// <summary>Returns prompts with <paramref name="count"/> more words, or fewer if it is negative.</summary>
    public TextPrompts Grow(int count, Random random) => count >= 0
        ? new TextPrompts([.. words, .. Draw(count, random).All])
        : new TextPrompts([.. words.Take(Math.Max(words.Count + count, 0))]);

    public JsonNode Next(Random random)
    {
        string[] order = [.. words];
        random.Shuffle(order);
        return string.Join(' ', [First, .. order]);
    }

    // Common words have about one token each.
    public IPromptSource OfLength(int tokens, Random random) => Draw(tokens, random);

    private IReadOnlyList<string> All => words;
}
