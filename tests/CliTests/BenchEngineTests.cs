using System.Text.Json;

namespace OrleansInference.CliTests;

public sealed class BenchEngineTests
{
    [Fact]
    public async Task Prints_what_it_measured()
    {
        CliResult result = await CliProcess.RunAsync(["bench", "engine", "--prompt", "32", "--generate", "8", "--threads", "2", "--cache", "none", "--json"]);
        JsonElement figures = result.Json();
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            [
                "prefill_tokens_per_second", "decode_tokens_per_second", "memory_read_gb_per_second", "decode_roofline_share", "peak_gflops", "prefill_peak_share",
                "load_seconds",
            ],
            figures.EnumerateObject().Select(figure => figure.Name));
        Assert.All(figures.EnumerateObject(), figure => Assert.True(figure.Value.GetDouble() > 0, $"{figure.Name} is {figure.Value}"));
    }

    [Fact]
    public async Task A_run_beyond_the_models_positions_is_refused()
    {
        CliResult result = await CliProcess.RunAsync(["bench", "engine", "--prompt", "60000", "--generate", "60000", "--cache", "none", "--json"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("60000", result.Error(), StringComparison.Ordinal);
    }
}
