using System.Text.Json;

namespace OrleansInference.CliTests;

public sealed class ModelEvalTests
{
    [Theory]
    [InlineData("qwen2-fp32")]
    [InlineData("llama3-fp32")]
    public async Task Gives_the_references_logits_and_tokens(string model)
    {
        using JsonDocument reference = JsonDocument.Parse(File.ReadAllText(CliProcess.Golden($"checkpoints/{model}/logits.json")));
        JsonElement expected = reference.RootElement.GetProperty("sequences").EnumerateArray().Single(sequence => sequence.GetProperty("name").GetString() == "short");
        int[] greedy = Integers(expected.GetProperty("greedy_ids"));

        CliResult result = await EvaluateAsync(model, expected.GetProperty("input_ids").GetRawText(), "--generate", $"{greedy.Length}");

        JsonElement found = result.Json();
        Assert.Equal(greedy, Integers(found.GetProperty("generated")));
        Assert.Equal(
            expected.GetProperty("top5_ids").EnumerateArray().Select(Integers),
            found.GetProperty("top5").EnumerateArray().Select(Integers));
        Assert.All(
            expected.GetProperty("last_logits").EnumerateArray().Zip(found.GetProperty("logits").EnumerateArray()),
            pair => Assert.Equal(pair.First.GetDouble(), pair.Second.GetDouble(), 1e-4));
    }

    [Fact]
    public async Task Chunks_stages_and_threads_change_no_bit()
    {
        const string Prompt = "[0, 113, 455, 296, 40, 239, 417, 482, 458, 390, 246, 373, 285, 251, 360, 473, 440]";
        string whole = (await EvaluateAsync("qwen2", Prompt, "--threads", "1")).Output;
        Assert.Equal(whole, (await EvaluateAsync("qwen2", Prompt, "--chunk", "1", "--stages", "2")).Output);
        Assert.Equal(whole, (await EvaluateAsync("qwen2", Prompt, "--chunk", "7", "--threads", "3")).Output);
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("{}", "array of token ids")]
    [InlineData("[]", "at least one")]
    [InlineData("[1, \"2\"]", "Element 1")]
    [InlineData("[1.5]", "Element 0")]
    [InlineData("[512]", "512")]
    [InlineData("[-1]", "-1")]
    public async Task A_wrong_prompt_is_an_error_in_json(string prompt, string named)
    {
        CliResult result = await EvaluateAsync("qwen2", prompt);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(named, result.Error(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_stages_than_layers_are_refused()
    {
        CliResult result = await EvaluateAsync("qwen2", "[1]", "--stages", "1000");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("1000", result.Error(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_created_checkpoint_can_be_evaluated()
    {
        using TemporaryFolder folder = new();
        CliResult presets = await CliProcess.RunAsync(["model", "create", "--preset", "no-such-shape", "--out", folder.Path, "--json"]);
        Assert.Equal(2, presets.ExitCode);
        Assert.Contains("no-such-shape", presets.Error(), StringComparison.Ordinal);

        string path = Path.Combine(folder.Path, "model");
        CliResult created = await CliProcess.RunAsync(["model", "create", "--preset", "tiny", "--out", path, "--seed", "7", "--json"]);
        Assert.Equal(path, created.Json().GetProperty("path").GetString());
        CliResult evaluated = await CliProcess.RunAsync(["model", "eval", "--model", path, "--generate", "2", "--cache", "none", "--json"], "[1, 2, 3]");
        Assert.Equal(2, evaluated.Json().GetProperty("generated").GetArrayLength());
    }

    private static Task<CliResult> EvaluateAsync(string model, string prompt, params string[] arguments) =>
        CliProcess.RunAsync(["model", "eval", "--model", CliProcess.Golden($"checkpoints/{model}"), "--cache", "none", "--json", .. arguments], prompt);

    private static int[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(element => element.GetInt32())];
}
