namespace OrleansInference.Bench.Load;

/// <summary>Source of random prompts of one length.</summary>
internal interface IPromptSource
{
    /// <returns>A string, or an array of token ids.</returns>
    JsonNode Next(Random random);

    /// <summary>Returns a source of similar prompts with another number of tokens, which may be approximate.</summary>
    IPromptSource OfLength(int tokens, Random random);
}

/// <summary>Prompts of random token ids, which have an exact number of tokens with every tokenizer.</summary>
/// <param name="count">Number of tokens of a prompt.</param>
/// <param name="bound">Upper bound of the ids. The lowest ids, which vocabularies use for special tokens, are also excluded.</param>
internal sealed class TokenPrompts(int count, int bound) : IPromptSource
{
    // Every served model has a vocabulary larger than the last bound, and most have one larger than the first.
    public static readonly int[] Bounds = [30_000, 4_000, 900, 200];

    public JsonNode Next(Random random)
    {
        JsonArray ids = [];
        for (int i = 0; i < count; i++)
        {
            ids.Add((JsonNode)random.Next(bound / 8, bound));
        }

        return ids;
    }

    public IPromptSource OfLength(int tokens, Random random) => new TokenPrompts(tokens, bound);

    /// <summary>Returns a short prompt that a server with a smaller vocabulary must refuse.</summary>
    public JsonNode Trial(Random random)
    {
        JsonNode ids = Next(random);
        ids[0] = bound - 1;
        return ids;
    }
}

/// <summary>Prompts of random lengths.</summary>
internal static class PromptLength
{
    /// <summary>Returns the beginning of a prompt, of at least one token or word.</summary>
    public static JsonNode Shorten(JsonNode prompt, Random random)
    {
        if (prompt is JsonArray tokens)
        {
            int keep = random.Next(1, tokens.Count + 1);
            return new JsonArray([.. tokens.Take(keep).Select(token => token?.DeepClone())]);
        }

        string[] words = prompt.GetValue<string>().Split(' ');
        return string.Join(' ', words.Take(random.Next(1, words.Length + 1)));
    }
}
