using System.Text.Json;
using OrleansInference.Compute;
using OrleansInference.Compute.Kernels;
using OrleansInference.Golden.Models;
using Xunit.Abstractions;

namespace OrleansInference.Golden.Compute;

/// <summary>
/// The logits' bits, recorded once. test.sh runs these with all vector instructions, without AVX-512, without AVX2 and without any, so one recording
/// holds all widths to the same result. ORLEANS_INFERENCE_UPDATE_DIGESTS=1 records anew: the canonical order has changed then.
/// </summary>
[Trait("Category", "InstructionSets")]
public sealed class InstructionSetTests(ITestOutputHelper output)
{
    private static readonly string Recording = Path.Combine(GoldenFolders.Root(), "..", "digests.json");

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    [Fact]
    public void LogitsHaveTheRecordedBits()
    {
        output.WriteLine($"instructions: {InstructionSets.Name}");
        SortedDictionary<string, string> digests = [];
        foreach (string name in new[] { "qwen2", "qwen2-tied", "llama3", "llama3-fp32" })
        {
            foreach (KvType type in Enum.GetValues<KvType>())
            {
                using GoldenModel model = new(name, new ComputeOptions { Threads = 2, KvType = type });
                int[] tokens = GoldenModel.Sequences(name).Last().Tokens;
                float[] prefill = model.Prefill(tokens, 37);
                (_, float[] decode) = model.Generate(model.Row(prefill, tokens.Length - 1), tokens.Length, 8);
                digests[$"{name}/{type}"] = GoldenModel.Digest([.. prefill, .. decode]);
            }
        }

        if (Environment.GetEnvironmentVariable("ORLEANS_INFERENCE_UPDATE_DIGESTS") == "1")
        {
            File.WriteAllText(Recording, JsonSerializer.Serialize(digests, Indented) + "\n");
        }

        Assert.Equal(JsonSerializer.Deserialize<SortedDictionary<string, string>>(File.ReadAllText(Recording)), digests);
    }
}
