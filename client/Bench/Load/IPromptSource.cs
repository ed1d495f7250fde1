using System.Text.Json.Nodes;

namespace OrleansInference.Bench.Load;

/// <summary>Source of random prompts of one length.</summary>
internal interface IPromptSource
{
    /// <returns>A string, or an array of token ids.</returns>
    JsonNode Next(Random random);

    /// <summary>Returns a source of similar prompts with another number of tokens, which may be approximate.</summary>
    IPromptSource OfLength(int tokens, Random random);
}
