using System.Text.Json;

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
