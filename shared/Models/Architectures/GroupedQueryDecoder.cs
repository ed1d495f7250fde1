using OrleansInference.Models.Fields;

namespace OrleansInference.Models.Architectures;

/// <summary>The common architecture of Qwen2 and Llama: grouped-query attention, gated feed-forward, RMS norms before each, the usual tensor names.</summary>
internal static class GroupedQueryDecoder
{
    private const int MaxLayers = 4096;
    private const int MaxWidth = 1 << 20;
    private const int MaxHeads = 1 << 14;
    private const int MaxVocabulary = 1 << 24;
    private const int MaxPositions = 1 << 28;

    private sealed record HeadLayout(int Heads, int KvHeads, int HeadDim, RotarySpec Rotary);

    /// <param name="biases">Which linear layers have a bias.</param>
    /// <param name="windowInUse">The architecture limits attention to sliding_window positions.</param>
    public static ModelSpec Describe(FieldReader config, string architecture, LinearBiases biases, bool windowInUse)
    {
        int hidden = config.Integer("hidden_size", 1, MaxWidth);
        int layers = config.Integer("num_hidden_layers", 1, MaxLayers);
        int vocabulary = config.Integer("vocab_size", 1, MaxVocabulary);
        int positions = config.Integer("max_position_embeddings", 1, MaxPositions);
        int intermediate = config.Integer("intermediate_size", 1, MaxWidth);
        RequireSupported(config, layers, positions, windowInUse);
        HeadLayout heads = Heads(config, hidden);

        TensorSpec embedding = new("model.embed_tokens.weight", vocabulary, hidden);
        return new ModelSpec
        {
            Architecture = architecture,
            HiddenSize = hidden,
            VocabularySize = vocabulary,
            MaxPositions = positions,
            NormEpsilon = (float)config.Number("rms_norm_eps", 1e-30, 1, 1e-6),
            Embedding = embedding,
            Layers = [.. Enumerable.Range(0, layers).Select(index => Layer($"model.layers.{index}.", hidden, intermediate, heads, biases))],
            FinalNorm = new TensorSpec("model.norm.weight", hidden),
            Head = new LinearSpec(config.Flag("tie_word_embeddings", false) ? embedding : new TensorSpec("lm_head.weight", vocabulary, hidden)),
        };
    }

    private static HeadLayout Heads(FieldReader config, int hidden)
    {
        int heads = config.Integer("num_attention_heads", 1, MaxHeads);
        int kvHeads = config.Integer("num_key_value_heads", 1, MaxHeads, heads);
        if (heads % kvHeads != 0)
            throw config.Unsupported("num_key_value_heads", $"is {kvHeads}, expected a divisor of num_attention_heads, {heads}");
        if (!config.Has("head_dim") && hidden % heads != 0)
            throw config.Unsupported("hidden_size", $"is {hidden}, expected a multiple of num_attention_heads, {heads}, where head_dim is not given");
        int headDim = config.Integer("head_dim", 1, MaxWidth / heads, hidden / heads);
        if (headDim % 2 != 0)
            throw config.Unsupported("head_dim", $"is {headDim}, expected an even number");

        return new HeadLayout(heads, kvHeads, headDim, RotaryFrequencies.Read(config, headDim));
    }

    private static LayerSpec Layer(string prefix, int hidden, int intermediate, HeadLayout heads, LinearBiases biases)
    {
        int queries = heads.Heads * heads.HeadDim;
        int keys = heads.KvHeads * heads.HeadDim;
        return new LayerSpec
        {
            AttentionNorm = new TensorSpec($"{prefix}input_layernorm.weight", hidden),
            Attention = new GroupedQueryAttentionSpec
            {
                Heads = heads.Heads,
                KvHeads = heads.KvHeads,
                HeadDim = heads.HeadDim,
                Rotary = heads.Rotary,
                Query = Linear("self_attn.q_proj", queries, hidden, biases.QueryKeyValue),
                Key = Linear("self_attn.k_proj", keys, hidden, biases.QueryKeyValue),
                Value = Linear("self_attn.v_proj", keys, hidden, biases.QueryKeyValue),
                Output = Linear("self_attn.o_proj", hidden, queries, biases.AttentionOutput),
            },
            FeedForwardNorm = new TensorSpec($"{prefix}post_attention_layernorm.weight", hidden),
            FeedForward = new GatedMlpSpec
            {
                Gate = Linear("mlp.gate_proj", intermediate, hidden, biases.FeedForward),
                Up = Linear("mlp.up_proj", intermediate, hidden, biases.FeedForward),
                Down = Linear("mlp.down_proj", hidden, intermediate, biases.FeedForward),
            },
        };

        LinearSpec Linear(string name, int outputs, int inputs, bool bias) =>
            new(new TensorSpec($"{prefix}{name}.weight", outputs, inputs), bias ? new TensorSpec($"{prefix}{name}.bias", outputs) : null);
    }

    private static void RequireSupported(FieldReader config, int layers, int positions, bool windowInUse)
    {
        string activation = config.Text("hidden_act") ?? "silu";
        if (activation is not ("silu" or "swish"))
            throw config.Unsupported("hidden_act", $"is {BadCheckpoint.Quote(activation)}, expected 'silu'");
        if (config.Section("quantization_config") is FieldReader quantization)
        {
            string method = BadCheckpoint.Quote(quantization.Text("quant_method") ?? "a method without a name");
            throw config.Unsupported("quantization_config", $"asks for {method}, expected unquantised weights");
        }

        if (config.Flag("use_mrope", false))
            throw config.Unsupported("use_mrope", "is true, which is not supported");
        RequireFullAttention(config, layers, positions, windowInUse);
    }

    /// <summary>A window that is at least the context attends to everything and is let pass.</summary>
    private static void RequireFullAttention(FieldReader config, int layers, int positions, bool windowInUse)
    {
        int window = windowInUse ? config.Integer("sliding_window", 1, int.MaxValue, int.MaxValue) : int.MaxValue;
        if (config.Texts("layer_types") is IReadOnlyList<string> types)
        {
            if (types.Count != layers)
                throw config.Unsupported("layer_types", $"has {types.Count} entries, expected num_hidden_layers, {layers}");
            bool passes = windowInUse && window >= positions;
            string? other = types.FirstOrDefault(type => type != "full_attention" && !(passes && type == "sliding_attention"));
            if (other is not null)
                throw config.Unsupported("layer_types", $"asks for {BadCheckpoint.Quote(other)}, expected 'full_attention'");
        }
        else if (window < positions && config.Integer("max_window_layers", 0, int.MaxValue, 0) < layers)
        {
            throw config.Unsupported("sliding_window", $"is {window}, less than the context of {positions}; windowed attention is not supported");
        }
    }
}

/// <summary>Which linear layers of a decoder have a bias.</summary>
internal readonly record struct LinearBiases(bool QueryKeyValue, bool AttentionOutput, bool FeedForward);

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
