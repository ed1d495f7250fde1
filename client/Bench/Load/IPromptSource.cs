using System.Text.Json.Nodes;

namespace OrleansInference.Bench.Load;

/// <summary>Makes random prompts of one length.</summary>
internal interface IPromptSource
{
    /// <returns>A string, or an array of token ids.</returns>
    JsonNode Next(Random random);

    /// <summary>The same kind of prompts with another number of tokens, or about as many.</summary>
    IPromptSource OfLength(int tokens, Random random);
}
