using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using OrleansInference.Cluster.Programs;
using OrleansInference.ClusterTests.Stopping;
using OrleansInference.Silo.LocalCluster;

namespace OrleansInference.ClusterTests.Nodes;

/// <summary>One node without a database, as <c>./run.sh</c> starts it.</summary>
public sealed class ServeTests
{
    [Fact]
    public async Task Serves_the_demo_model_until_it_is_stopped()
    {
        using NodeProgram node = NodeProgram.Serve("--port", "0", "--cache", "none");
        using HttpClient http = new() { BaseAddress = new Uri(await node.ServesAsync()) };

        Assert.StartsWith("Loading demo from ", node.Steps[0], StringComparison.Ordinal);
        Assert.Contains(node.Steps, static step => step.StartsWith("Listening on http://127.0.0.1:", StringComparison.Ordinal));
        Assert.EndsWith($" serves demo at {http.BaseAddress.GetLeftPart(UriPartial.Authority)}", node.Steps[^1], StringComparison.Ordinal);
        foreach (string words in (string[])["  Chat page: ", "  API:       ", "  Stop:      Ctrl-C"])
        {
            Assert.StartsWith(words, await node.AnnouncedAsync(), StringComparison.Ordinal);
        }

        using HttpResponseMessage response = await http.PostAsJsonAsync(
            "v1/chat/completions", new { model = "demo", temperature = 0, messages = new[] { new { role = "user", content = "What is 123 + 456?" } } });
        JsonElement message = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("choices")[0].GetProperty("message");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("579", message.GetProperty("content").GetString(), StringComparison.Ordinal);
        Assert.Contains("ones: 3 + 6", message.GetProperty("reasoning_content").GetString(), StringComparison.Ordinal);

        // Weights are packed beside the rest, so their lines come when they come.
        List<string?> lines = [.. node.Steps];
        while (!lines.Exists(static line => line is null || line.StartsWith("Packing ", StringComparison.Ordinal)))
        {
            lines.Add(await node.AnnouncedAsync());
        }

        Assert.NotNull(lines[^1]);
        await node.SendAsync(ProcessSignal.Terminate);
        Assert.Equal(ExitCode.Success, (await node.EndsAsync()).Code);
    }

    [Fact]
    public async Task A_checkpoint_without_a_tokenizer_is_refused()
    {
        using NodeProgram node = NodeProgram.Serve("--port", "0", "--model", Path.GetDirectoryName(RepositoryFiles.Find("tests/Golden/data/checkpoints/qwen2/config.json", AppContext.BaseDirectory))!);
        (int code, string[] errors) = await node.EndsAsync();
        Assert.Equal(ExitCode.Failure, code);
        Assert.Contains("tokenizer.json", Assert.Single(errors), StringComparison.Ordinal);
    }
}
