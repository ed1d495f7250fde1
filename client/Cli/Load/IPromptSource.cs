using System.Text.Json.Nodes;

namespace OrleansInference.Cli.Load;

/// <summary>Makes random prompts of one length.</summary>
internal interface IPromptSource
{
    /// <returns>A string, or an array of token ids.</returns>
    JsonNode Next(Random random);
}
