using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Models;
using OrleansInference.Models.Architectures;

namespace OrleansInference.Unit.Models.Architectures;

public sealed class ArchitectureTests
{
    private const string Base = """
        {"architectures":["NAME"],"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,"intermediate_size":96,
         "vocab_size":100,"max_position_embeddings":512,"rms_norm_eps":1e-05,"hidden_act":"silu"}
        """;

    [Fact]
    public void Qwen2_has_query_key_and_value_biases_and_an_untied_head()
    {
        ModelSpec spec = Describe("Qwen2ForCausalLM");

        var attention = (GroupedQueryAttentionSpec)spec.Layers[1].Attention;
        Assert.Equal("model.layers.1.self_attn.k_proj.bias", attention.Key.Bias!.Name);
        Assert.Equal([32, 64], attention.Key.Weight.Shape);
        Assert.Null(attention.Output.Bias);
        Assert.Equal("lm_head.weight", spec.Head.Weight.Name);
        Assert.Equal(1e-5f, spec.NormEpsilon);
        Assert.Equal(2 + 1 + (2 * 12), spec.Tensors().Count());
    }

    [Fact]
    public void Llama_has_the_biases_that_it_asks_for()
    {
        Assert.Equal(2 + 1 + (2 * 9), Describe("LlamaForCausalLM").Tensors().Count());

        ModelSpec biased = Describe("LlamaForCausalLM", """{"attention_bias":true,"mlp_bias":true,"head_dim":32,"tie_word_embeddings":true}""");
        var attention = (GroupedQueryAttentionSpec)biased.Layers[0].Attention;
        Assert.Equal([64], attention.Output.Bias!.Shape);
        Assert.Equal([64, 128], attention.Output.Weight.Shape);
        Assert.Equal([96], ((GatedMlpSpec)biased.Layers[0].FeedForward).Up.Bias!.Shape);
        Assert.True(biased.TiedEmbedding);
        Assert.Equal(1 + 1 + (2 * 16), biased.Tensors().Count());
    }

    [Theory]
    [InlineData("""{"rope_theta":500000,"rope_scaling":null}""", """{"rope_parameters":{"rope_theta":500000.0,"rope_type":"default"}}""")]
    [InlineData("""{"rope_theta":10000,"rope_scaling":{"type":"linear","factor":4}}""", """{"rope_parameters":{"rope_type":"linear","factor":4.0}}""")]
    [InlineData(
        """{"rope_theta":5e5,"rope_scaling":{"type":"llama3","factor":8,"low_freq_factor":1,"high_freq_factor":4,"original_max_position_embeddings":64}}""",
        """{"original_max_position_embeddings":64,"rope_parameters":{"rope_theta":5e5,"rope_type":"llama3","factor":8,"low_freq_factor":1,"high_freq_factor":4}}""")]
    public void Both_forms_of_rope_fields_give_the_same_frequencies(string older, string newer) => Assert.Equal(Rotary(older), Rotary(newer));

    [Fact]
    public void Frequencies_are_the_float32_ones()
    {
        uint[] expected = [0x3F800000, 0x3DCCCCCD, 0x3C23D70A, 0x3A83126F];
        Assert.Equal(expected, Rotary("""{"head_dim":8}""").Select(BitConverter.SingleToUInt32Bits));

        float[] linear = Rotary("""{"head_dim":8,"rope_scaling":{"type":"linear","factor":3}}""");
        Assert.Equal(expected.Select(bits => BitConverter.UInt32BitsToSingle(bits) / 3f), linear);
    }

    [Fact]
    public void Llama3_scaling_keeps_short_waves_stretches_long_ones_and_blends_between()
    {
        float[] frequencies = Rotary(
            """{"head_dim":32,"rope_theta":5e5,"rope_scaling":{"rope_type":"llama3","factor":8,"low_freq_factor":1,"high_freq_factor":4,"original_max_position_embeddings":32}}""");

        uint[] expected =
        [
            0x3F800000, 0x3E5BD1C4, 0x3CC693B0, 0x3C2EE4AD, 0x3B9A08C8, 0x3B07A9C3, 0x3A6EF74F, 0x39D27720,
            0x39395D21, 0x38A3418D, 0x380FC8F8, 0x377D45C3, 0x36DF10C4, 0x36447610, 0x35AD07A7, 0x351864A7,
        ];
        Assert.Equal(expected, frequencies.Select(BitConverter.SingleToUInt32Bits));
    }

    [Theory]
    [InlineData("hidden_size", "0")]
    [InlineData("hidden_size", "\"64\"")]
    [InlineData("hidden_size", "66")]
    [InlineData("hidden_size", "60")]
    [InlineData("hidden_size", "null")]
    [InlineData("hidden_size", "64.5")]
    [InlineData("hidden_size", "2147483648")]
    [InlineData("num_hidden_layers", "1000000000")]
    [InlineData("num_hidden_layers", "-1")]
    [InlineData("num_attention_heads", "0")]
    [InlineData("num_key_value_heads", "3")]
    [InlineData("head_dim", "7")]
    [InlineData("head_dim", "1000000000")]
    [InlineData("vocab_size", "2000000000")]
    [InlineData("intermediate_size", "[]")]
    [InlineData("max_position_embeddings", "0")]
    [InlineData("rms_norm_eps", "0")]
    [InlineData("rms_norm_eps", "1e999")]
    [InlineData("hidden_act", "\"gelu\"")]
    [InlineData("hidden_act", "{}")]
    [InlineData("tie_word_embeddings", "\"yes\"")]
    [InlineData("rope_theta", "0")]
    [InlineData("partial_rotary_factor", "0.5")]
    [InlineData("rope_scaling", "\"llama3\"")]
    [InlineData("rope_scaling", """{"factor":2}""")]
    [InlineData("rope_scaling", """{"type":"linear"}""")]
    [InlineData("rope_scaling", """{"type":"linear","factor":0}""")]
    [InlineData("rope_scaling", """{"rope_type":"llama3","factor":8}""")]
    [InlineData("rope_scaling", """{"rope_type":"llama3","factor":8,"low_freq_factor":4,"high_freq_factor":4,"original_max_position_embeddings":64}""")]
    [InlineData("rope_parameters", """{"full_attention":{"rope_type":"default"}}""")]
    [InlineData("layer_types", """["full_attention"]""")]
    [InlineData("layer_types", """["full_attention","sliding_attention"]""")]
    [InlineData("layer_types", """["full_attention",1]""")]
    [InlineData("quantization_config", """{"quant_method":"gptq"}""")]
    [InlineData("architectures", "\"Qwen2ForCausalLM\"")]
    [InlineData("architectures", "[]")]
    public void A_wrong_field_is_refused_by_name(string name, string value)
    {
        InferenceException error = Assert.Throws<InferenceException>(() => Describe("Qwen2ForCausalLM", $$"""{"{{name}}":{{value}}}"""));

        Assert.Equal(ErrorCode.InvalidCheckpoint, error.Code);
        // 60 / 4 = 15 is an odd head size, which is named as such.
        Assert.Contains(value == "60" ? "head_dim" : name, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("yarn")]
    [InlineData("longrope")]
    [InlineData("dynamic")]
    public void Other_rope_scalings_are_refused_by_name(string type)
    {
        string config = $$$"""{"rope_scaling":{"type":"{{{type}}}","factor":2}}""";
        Assert.Contains($"'{type}'", Assert.Throws<InferenceException>(() => Describe("LlamaForCausalLM", config)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sliding_window_is_refused_only_where_it_is_in_use()
    {
        const string Window = "\"sliding_window\":128,\"max_window_layers\":1";
        InferenceException error = Assert.Throws<InferenceException>(() => Describe("Qwen2ForCausalLM", $$"""{"use_sliding_window":true,{{Window}}}"""));
        Assert.Contains("sliding_window is 128", error.Message, StringComparison.Ordinal);

        _ = Describe("Qwen2ForCausalLM", $$"""{"use_sliding_window":false,{{Window}}}""");
        _ = Describe("Qwen2ForCausalLM", """{"use_sliding_window":true,"sliding_window":128,"max_window_layers":2}""");
        _ = Describe("Qwen2ForCausalLM", """{"use_sliding_window":true,"sliding_window":512,"layer_types":["full_attention","sliding_attention"]}""");
    }

    [Fact]
    public void An_unknown_architecture_is_refused_with_those_supported()
    {
        string message = Assert.Throws<InferenceException>(() => Describe("GPT2LMHeadModel")).Message;

        Assert.Contains("'GPT2LMHeadModel'", message, StringComparison.Ordinal);
        Assert.All(ArchitectureRegistry.Names, name => Assert.Contains(name, message, StringComparison.Ordinal));
    }

    private static float[] Rotary(string fields) =>
        [.. ((GroupedQueryAttentionSpec)Describe("LlamaForCausalLM", fields).Layers[0].Attention).Rotary.InverseFrequencies];

    private static ModelSpec Describe(string architecture, string fields = "{}")
    {
        JsonObject config = JsonNode.Parse(Base.Replace("NAME", architecture, StringComparison.Ordinal))!.AsObject();
        foreach ((string name, JsonNode? value) in JsonNode.Parse(fields)!.AsObject())
            config[name] = value?.DeepClone();
        return ArchitectureRegistry.Describe(JsonSerializer.SerializeToElement(config));
    }
}
