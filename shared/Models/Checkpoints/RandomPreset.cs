using System.Text.Json.Nodes;

namespace OrleansInference.Models.Checkpoints;

/// <summary>A published model's shape.</summary>
internal sealed record RandomPreset
{
    public static IReadOnlyList<RandomPreset> All { get; } =
    [
        new() { Name = "tiny", Hidden = 64, Layers = 2, Heads = 4, KvHeads = 2, Intermediate = 176, Vocabulary = 320, Positions = 4096 },
        new()
        {
            Name = "qwen2-0.5b", Hidden = 896, Layers = 24, Heads = 14, KvHeads = 2, Intermediate = 4864, Vocabulary = 151_936, Positions = 32_768,
            Theta = 1_000_000, Tied = true,
        },
        new() { Name = "qwen2-1.5b", Hidden = 1536, Layers = 28, Heads = 12, KvHeads = 2, Intermediate = 8960, Vocabulary = 151_936, Positions = 131_072 },
        new() { Name = "qwen2-7b", Hidden = 3584, Layers = 28, Heads = 28, KvHeads = 4, Intermediate = 18_944, Vocabulary = 152_064, Positions = 131_072 },
        new()
        {
            Name = "llama3-8b", Hidden = 4096, Layers = 32, Heads = 32, KvHeads = 8, Intermediate = 14_336, Vocabulary = 128_256, Positions = 131_072,
            Theta = 500_000, Llama = true,
        },
    ];

    public required string Name { get; init; }

    public required int Hidden { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    public required int KvHeads { get; init; }

    public required int Intermediate { get; init; }

    public required int Vocabulary { get; init; }

    public required int Positions { get; init; }

    public double Theta { get; init; } = 10_000;

    public bool Tied { get; init; }

    /// <summary>LlamaForCausalLM with its rope scaling; else Qwen2ForCausalLM.</summary>
    public bool Llama { get; init; }

    /// <summary>config.json in the form that published checkpoints have.</summary>
    public JsonObject Config() => new()
    {
        ["architectures"] = new JsonArray(Llama ? "LlamaForCausalLM" : "Qwen2ForCausalLM"),
        ["model_type"] = Llama ? "llama" : "qwen2",
        ["bos_token_id"] = RandomTokenizer.BeginOfSequence,
        ["eos_token_id"] = RandomTokenizer.EndOfSequence,
        ["hidden_act"] = "silu",
        ["hidden_size"] = Hidden,
        ["intermediate_size"] = Intermediate,
        ["max_position_embeddings"] = Positions,
        ["num_attention_heads"] = Heads,
        ["num_hidden_layers"] = Layers,
        ["num_key_value_heads"] = KvHeads,
        ["rms_norm_eps"] = Llama ? 1e-5 : 1e-6,
        ["rope_theta"] = Theta,
        ["rope_scaling"] = Llama ? Llama3Scaling() : null,
        ["tie_word_embeddings"] = Tied,
        ["torch_dtype"] = "bfloat16",
        ["vocab_size"] = Vocabulary,
    };

    private static JsonObject Llama3Scaling() => new()
    {
        ["rope_type"] = "llama3",
        ["factor"] = 8.0,
        ["low_freq_factor"] = 1.0,
        ["high_freq_factor"] = 4.0,
        ["original_max_position_embeddings"] = 8192,
    };
}
