using System.Text.Json;
using OrleansInference.Models.Fields;

namespace OrleansInference.Models.Architectures;

/// <summary>Llama 2 and 3 and R1-Distill-Llama: biases only where the configuration asks for them.</summary>
internal sealed class Llama : IArchitecture
{
    public string Name => "LlamaForCausalLM";

    public ModelSpec Describe(JsonElement config)
    {
        FieldReader fields = new(config, "config.json");
        bool attention = fields.Flag("attention_bias", false);
        LinearBiases biases = new(QueryKeyValue: attention, AttentionOutput: attention, FeedForward: fields.Flag("mlp_bias", false));
        return GroupedQueryDecoder.Describe(fields, Name, biases, windowInUse: false);
    }
}
