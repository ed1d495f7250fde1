using System.Net;
using System.Text.Json;
using OrleansInference.ClusterTests.Stopping;

namespace OrleansInference.ClusterTests.Access;

/// <summary>A node that other machines reach, from its first start on: its administrator's key, and what the command line makes with it.</summary>
public sealed class FirstKeyTests : IDisposable
{
    private const string Shown = "The first administrator's key, which is not shown again: ";

    private readonly string _data = Directory.CreateTempSubdirectory("orleans-inference-first-key-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task The_first_start_on_an_open_address_makes_a_key_and_later_ones_keep_it()
    {
        string admin, user;
        using (NodeProgram node = Start())
        {
            string url = (await node.ServesAsync()).Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal);
            admin = Assert.Single(node.Steps, static line => line.StartsWith(Shown, StringComparison.Ordinal))[Shown.Length..];
            Assert.Equal(HttpStatusCode.Unauthorized, await ModelsAsync(url, null));
            Assert.Equal(HttpStatusCode.OK, await ModelsAsync(url, admin));

            JsonElement tenant = await CommandAsync("tenant", "create", "team", "--tokens-per-day", "1000000", "--url", url, "--api-key", admin);
            Assert.Equal("team", tenant.GetProperty("tenant").GetString());
            Assert.Equal(1_000_000, tenant.GetProperty("limits").GetProperty("tokens_per_day").GetInt64());
            JsonElement key = await CommandAsync("key", "create", "--tenant", "team", "--token-budget", "5000", "--url", url, "--api-key", admin);
            user = key.GetProperty("key").GetString()!;
            Assert.Equal(HttpStatusCode.OK, await ModelsAsync(url, user));
            JsonElement revoked = await CommandAsync("key", "create", "--tenant", "team", "--url", url, "--api-key", admin);
            Assert.NotEqual(JsonValueKind.Null, (await CommandAsync("key", "revoke", revoked.GetProperty("id").GetString()!, "--url", url, "--api-key", admin)).GetProperty("revoked_at").ValueKind);
            Assert.Equal(HttpStatusCode.Unauthorized, await ModelsAsync(url, revoked.GetProperty("key").GetString()));
            Assert.Equal(2, (await CommandAsync("key", "list", "--tenant", "team", "--url", url, "--api-key", admin)).GetProperty("data").GetArrayLength());

            (int code, string error) = await FailAsync("tenant", "create", "team", "--url", url, "--api-key", admin);
            Assert.Equal((1, true), (code, error.Contains("The tenant 'team' exists already.", StringComparison.Ordinal)));
            (code, error) = await FailAsync("tenant", "list", "--url", url, "--api-key", user);
            Assert.Equal((1, true), (code, error.Contains("needs the right 'manage-cluster'", StringComparison.Ordinal)));
        }

        using (NodeProgram again = Start())
        {
            string url = (await again.ServesAsync()).Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal);
            Assert.DoesNotContain(again.Steps, static line => line.Contains("oi-", StringComparison.Ordinal));
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Unauthorized), (await ModelsAsync(url, admin), await ModelsAsync(url, user), await ModelsAsync(url, null)));
        }
    }

    private NodeProgram Start() => NodeProgram.With(new() { ["ORLEANS_INFERENCE_DATA_FOLDER"] = _data }, "--host", "*", "--port", "0", "--threads", "1", "--cache", "none");

    private static async Task<HttpStatusCode> ModelsAsync(string url, string? key)
    {
        using HttpClient http = new();
        http.DefaultRequestHeaders.Authorization = key is null ? null : new("Bearer", key);
        using HttpResponseMessage response = await http.GetAsync(new Uri($"{url}/v1/models"));
        return response.StatusCode;
    }

    private static async Task<JsonElement> CommandAsync(params string[] arguments)
    {
        using NodeProgram command = NodeProgram.Command([.. arguments, "--json"]);
        string output = await command.OutputAsync();
        (int code, string[] errors) = await command.EndsAsync();
        Assert.True(code == 0, string.Join('\n', errors));
        return JsonElement.Parse(output);
    }

    private static async Task<(int Code, string Error)> FailAsync(params string[] arguments)
    {
        using NodeProgram command = NodeProgram.Command([.. arguments, "--json"]);
        string output = await command.OutputAsync();
        (int code, string[] errors) = await command.EndsAsync();
        return (code, output + string.Concat(errors));
    }
}
