using System.Text.Json.Nodes;

namespace OrleansInference.Bench.Load;

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
