using System.Text.Json;
using OrleansInference.Cli.Hosting;
using OrleansInference.Cli.Settings;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Compute;

namespace OrleansInference.CliTests;

public sealed class ChatTests
{
    [Fact]
    public async Task Answers_one_question_from_a_model_in_the_process()
    {
        CliResult result = await CliProcess.RunAsync(["chat", "What is 123 + 456?", "--temperature", "0", "--cache", "none"]);
        Assert.Equal(0, result.ExitCode);
        Assert.EndsWith("579\n", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', result.Output);
    }

    [Fact]
    public async Task Remembers_what_was_said()
    {
        CliResult result = await CliProcess.RunAsync(
            ["chat", "--temperature", "0", "--cache", "none", "--json"], "What is 123 + 456?\nWhat is 12 + 34?\n");
        JsonElement[] messages = [.. result.Json().GetProperty("messages").EnumerateArray()];
        Assert.Equal(["user", "assistant", "user", "assistant"], messages.Select(message => message.GetProperty("role").GetString()));
        Assert.Contains("46", messages[3].GetProperty("content").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Talks_to_a_server_by_its_address()
    {
        ModelOptions model = new() { Model = CheckpointOptions.Find(null), Name = "arithmetic", Compute = new ComputeOptions { Threads = 1, KvBytes = 64 << 20, PackedFolder = "" } };
        await using LocalServer server = await LocalServer.StartAsync(model, progress: null);
        CliResult result = await CliProcess.RunAsync(
            ["chat", "--url", server.Address.AbsoluteUri, "--temperature", "0", "--json"], "What is 123 + 456?\n/reset\nWhat is 2 + 3?\n/exit\nWhat is 9 + 9?\n");
        JsonElement[] messages = [.. result.Json().GetProperty("messages").EnumerateArray()];
        Assert.Equal(["user", "assistant"], messages.Select(message => message.GetProperty("role").GetString()));
        Assert.Contains("5", messages[1].GetProperty("content").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkpoint_without_a_tokenizer_is_refused()
    {
        CliResult result = await CliProcess.RunAsync(["chat", "Hello?", "--model", CliProcess.Golden("checkpoints/qwen2"), "--json"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("tokenizer.json", result.Error(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not an address", 2)]
    [InlineData("http://127.0.0.1:1", 1)]
    public async Task An_address_that_nobody_listens_at_is_an_error(string url, int code)
    {
        CliResult result = await CliProcess.RunAsync(["chat", "Hello?", "--url", url, "--json"]);
        Assert.Equal(code, result.ExitCode);
        Assert.NotEmpty(result.Error());
    }
}
