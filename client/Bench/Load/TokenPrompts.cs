using System.Text.Json.Nodes;

namespace OrleansInference.Bench.Load;

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
