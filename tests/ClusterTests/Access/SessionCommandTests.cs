using System.Net.Http.Json;
using System.Text.Json;
using OrleansInference.ClusterTests.Stopping;

namespace OrleansInference.ClusterTests.Access;

/// <summary>Conversations and responses of a tenant, administered by the command line.</summary>
public sealed class SessionCommandTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("orleans-inference-sessions-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Stored_conversations_and_responses_are_listed_shown_exported_and_deleted()
    {
        using NodeProgram node = NodeProgram.With(new() { ["ORLEANS_INFERENCE_DATA_FOLDER"] = _data, ["ORLEANS_INFERENCE_ADMIN_KEY"] = "administrator" }, "--port", "0", "--threads", "1", "--cache", "none");
        string url = await node.ServesAsync();
        await CommandAsync("tenant", "create", "team");
        string key = (await CommandAsync("key", "create", "--tenant", "team")).GetProperty("key").GetString()!;
        string conversation = await CreateAsync("conversations", new { items = new[] { new { type = "message", role = "user", content = "1 + 1" } } });
        string response = await CreateAsync("responses", new { model = "demo", input = "1 + 1", max_output_tokens = 1 });

        Assert.Equal([(conversation, 1), (response, 2)], await ListAsync());
        Assert.Equal("response", (await CommandAsync("session", "show", response, "--tenant", "team")).GetProperty("kind").GetString());
        Assert.Equal(1, (await CommandAsync("session", "export", conversation, "--tenant", "team")).GetProperty("items").GetArrayLength());
        Assert.True((await CommandAsync("session", "delete", conversation, "--tenant", "team")).GetProperty("deleted").GetBoolean());
        Assert.Equal([(response, 2)], await ListAsync());

        async Task<(string Id, int Items)[]> ListAsync() =>
            [.. (await CommandAsync("session", "list", "--tenant", "team")).GetProperty("data").EnumerateArray().Select(static session => (session.GetProperty("id").GetString()!, session.GetProperty("items").GetInt32()))];

        async Task<string> CreateAsync<T>(string kind, T body)
        {
            using HttpClient http = new();
            http.DefaultRequestHeaders.Authorization = new("Bearer", key);
            using HttpResponseMessage created = await http.PostAsJsonAsync(new Uri($"{url}/v1/{kind}"), body);
            return (await created.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        }

        async Task<JsonElement> CommandAsync(params string[] arguments)
        {
            using NodeProgram command = NodeProgram.Command([.. arguments, "--url", url, "--api-key", "administrator", "--json"]);
            string output = await command.OutputAsync();
            (int code, string[] errors) = await command.EndsAsync();
            Assert.True(code == 0, string.Join('\n', errors));
            return JsonElement.Parse(output);
        }
    }
}
