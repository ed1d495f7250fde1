using System.Text.Json.Nodes;

namespace OrleansInference.Bench.Load;

/// <summary>Prompts of random token ids: exactly so many tokens, whatever the tokenizer.</summary>
/// <param name="count">Tokens of a prompt.</param>
/// <param name="bound">Ids lie below it, and not among the lowest, where vocabularies keep their special tokens.</param>
internal sealed class TokenPrompts(int count, int bound) : IPromptSource
{
    // No vocabulary of a served model is smaller than the last, and most are larger than the first.
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

    /// <summary>A prompt that a server with a smaller vocabulary must refuse, however short it is.</summary>
    public JsonNode Trial(Random random)
    {
        JsonNode ids = Next(random);
        ids[0] = bound - 1;
        return ids;
    }
}
