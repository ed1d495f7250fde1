using System.Text.Json;

namespace OrleansInference.CliTests;

public sealed class ModelInfoTests
{
    [Fact]
    public async Task Describes_the_demo_model_without_its_path()
    {
        CliResult result = await CliProcess.RunAsync(["model", "info", "--json"]);
        JsonElement info = result.Json();
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("Qwen2ForCausalLM", info.GetProperty("architecture").GetString());
        Assert.Equal(8, info.GetProperty("layers").GetInt32());
        Assert.Equal(192, info.GetProperty("hidden_size").GetInt32());
        Assert.Equal(1024, info.GetProperty("vocabulary_size").GetInt32());
        Assert.Equal(8 * 2 * 2 * 32 * 4, info.GetProperty("kv_bytes_per_token").GetInt32());
        Assert.InRange(info.GetProperty("parameters").GetInt64(), 3_200_000, 3_500_000);
    }

    [Fact]
    public async Task Prints_a_table_to_people()
    {
        CliResult result = await CliProcess.RunAsync(["model", "info", "--model", CliProcess.Golden("checkpoints/llama3")]);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("LlamaForCausalLM", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_no_checkpoint_is_refused_with_code_1()
    {
        using TemporaryFolder folder = new();
        CliResult result = await CliProcess.RunAsync(["model", "info", "--model", folder.Path, "--json"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("config.json", result.Error(), StringComparison.Ordinal);
    }
}
