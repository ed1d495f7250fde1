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
    public async Task Several_sequences_are_held_against_the_arithmetic_as_well()
    {
        CliResult result = await CliProcess.RunAsync(
            ["bench", "engine", "--prompt", "20", "--generate", "4", "--streams", "3", "--threads", "2", "--cache", "none", "--json"]);
        JsonElement figures = result.Json();
        Assert.Equal(0, result.ExitCode);
        Assert.InRange(figures.GetProperty("decode_peak_share").GetDouble(), double.Epsilon, 10);
    }

    [Fact]
    public async Task Decode_beside_busy_loops_is_held_against_its_fair_part()
    {
        CliResult result = await CliProcess.RunAsync(
            ["bench", "engine", "--prompt", "8", "--generate", "8", "--threads", "1", "--beside", "1", "--seconds", "1", "--cache", "none", "--json"]);
        JsonElement figures = result.Json();
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["tokens_per_second", "beside_tokens_per_second", "fair_part", "share_of_fair_part"], figures.EnumerateObject().Select(figure => figure.Name));
        Assert.All(figures.EnumerateObject(), figure => Assert.True(figure.Value.GetDouble() > 0, $"{figure.Name} is {figure.Value}"));
    }

    [Fact]
    public async Task Busy_loops_end_with_who_started_them()
    {
        // Its standard input ends, as it does when that process dies.
        CliResult result = await CliProcess.RunAsync(["bench", "busy-loops", "2"]);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("busy", result.Output.Trim());
    }

    [Fact]
    public async Task Parts_print_what_was_measured()
    {
        CliResult result = await CliProcess.RunAsync(["bench", "parts", "--json"]);
        JsonElement figures = result.Json();
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            [
                "tokenizer_mb_per_second", "template_200_messages_ms", "vocabulary", "greedy_ms", "nucleus_ms", "flat_nucleus_ms", "step_bytes_alone", "step_bytes_of_16", "plan_even_ms",
                "plan_mixed_ms",
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
