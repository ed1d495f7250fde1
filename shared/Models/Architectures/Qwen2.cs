using System.Text.Json;
using OrleansInference.Models.Fields;

namespace OrleansInference.Models.Architectures;

/// <summary>Qwen2, Qwen2.5 and R1-Distill-Qwen: query, key and value have a bias.</summary>
internal sealed class Qwen2 : IArchitecture
{
    public string Name => "Qwen2ForCausalLM";

    public ModelSpec Describe(JsonElement config)
    {
        FieldReader fields = new(config, "config.json");
        LinearBiases biases = new(QueryKeyValue: true, AttentionOutput: false, FeedForward: false);
        return GroupedQueryDecoder.Describe(fields, Name, biases, windowInUse: fields.Flag("use_sliding_window", false));
    }
}
