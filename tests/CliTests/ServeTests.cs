using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace OrleansInference.CliTests;

public sealed class ServeTests
{
    [Fact]
    public async Task Serves_the_demo_model_under_its_name_until_it_is_told_to_stop()
    {
        await using ServeProcess server = await ServeProcess.StartAsync();
        Assert.Equal("demo", server.Model);

        using HttpResponseMessage response = await server.Http.PostAsJsonAsync(
            "v1/chat/completions", new { model = "demo", temperature = 0, messages = new[] { new { role = "user", content = "What is 123 + 456?" } } });
        JsonElement message = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("choices")[0].GetProperty("message");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("579", message.GetProperty("content").GetString(), StringComparison.Ordinal);
        Assert.Contains("ones: 3 + 6", message.GetProperty("reasoning_content").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, await server.TerminateAsync());
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        CliResult result = await CliProcess.RunAsync(["serve", "--port", $"{port}", "--json"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"Port {port} is in use", result.Error(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkpoint_without_a_tokenizer_is_refused()
    {
        CliResult result = await CliProcess.RunAsync(["serve", "--port", "0", "--model", CliProcess.Golden("checkpoints/qwen2"), "--json"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("tokenizer.json", result.Error(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_terminal_chat_talks_to_it_by_its_address()
    {
        await using ServeProcess server = await ServeProcess.StartAsync("--name", "arithmetic");
        CliResult result = await CliProcess.RunAsync(
            ["chat", "--url", server.Address.AbsoluteUri, "--temperature", "0", "--json"], "What is 123 + 456?\n/reset\nWhat is 2 + 3?\n/exit\nWhat is 9 + 9?\n");
        JsonElement[] messages = [.. result.Json().GetProperty("messages").EnumerateArray()];
        Assert.Equal(["user", "assistant"], messages.Select(message => message.GetProperty("role").GetString()));
        Assert.Contains("5", messages[1].GetProperty("content").GetString(), StringComparison.Ordinal);
    }
}
