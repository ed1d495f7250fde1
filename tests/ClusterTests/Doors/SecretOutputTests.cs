using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Npgsql;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.ClusterTests.Postgres;
using OrleansInference.ClusterTests.Stopping;
using OrleansInference.Silo.LocalCluster;
using OrleansInference.Silo.Settings;
using OrleansInference.Silo.Storage;

namespace OrleansInference.ClusterTests.Doors;

/// <summary>Secrets are in no line that a node writes and in no answer that it sends, at the most detailed level of the log.</summary>
[Collection(PostgresTests.Name)]
public sealed class SecretOutputTests(PostgresFixture postgres) : IDisposable
{
    private const string AdminKey = "recognizable-administrator-key";
    private const string ApiKey = "recognizable-client-key";
    private const string ClusterSecret = "recognizable-cluster-secret";
    private const string KeyPassword = "recognizable-password-of-a-key";
    private const string Exporter = "recognizable-exporter-token";
    private const string Stranger = "recognizable-key-of-a-stranger";

    private readonly Certificates _certificates = new();
    private readonly string _password = Path.GetTempFileName();

    public void Dispose()
    {
        _certificates.Dispose();
        File.Delete(_password);
    }

    [SkippableFact]
    public async Task No_secret_is_in_the_output_or_in_an_answer()
    {
        PostgresOptions database = postgres.Options();
        _certificates.IssueHttp(KeyPassword);
        await File.WriteAllTextAsync(_password, KeyPassword);
        string[] secrets =
        [
            AdminKey, ApiKey, ClusterSecret, KeyPassword, Exporter, Stranger,
            new NpgsqlConnectionStringBuilder(database.ConnectionString).Password!,
            (await File.ReadAllLinesAsync(_certificates.HttpKey))[1],
        ];
        Dictionary<string, string> variables = new()
        {
            ["ORLEANS_INFERENCE_POSTGRES"] = database.ConnectionString,
            ["ORLEANS_INFERENCE_ADMIN_KEY"] = AdminKey,
            ["ORLEANS_INFERENCE_CLUSTER_SECRET"] = ClusterSecret,
            ["Api__ApiKeys__0"] = ApiKey,
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1",
            ["OTEL_EXPORTER_OTLP_HEADERS"] = $"authorization=Bearer%20{Exporter}",
            ["Logging__LogLevel__Default"] = "Trace",
            ["Logging__LogLevel__Microsoft"] = "Trace",
            ["Logging__LogLevel__Orleans"] = "Trace",
            ["Logging__LogLevel__Npgsql"] = "Trace",
            ["Logging__LogLevel__System"] = "Trace",
        };
        using NodeProgram node = NodeProgram.With(variables, [.. _certificates.HttpSettings, "--http-key-password-file", _password, "--port", "0", "--threads", "1", "--cluster-id", database.ClusterId]);
        string url = await node.ServesAsync();

        List<string> seen = [.. await AnswersAsync(url)];
        string created = await CreateKeyAsync(url); // the only answer that has a secret
        await node.SendAsync(ProcessSignal.Terminate);
        seen.AddRange(node.Steps);
        while (await node.AnnouncedAsync() is { } line)
        {
            seen.Add(line);
        }

        seen.AddRange((await node.EndsAsync()).Errors);

        Assert.All(new[] { " trace ", " debug ", "Kestrel", "Orleans.Runtime" }, words => Assert.Contains(seen, line => line.Contains(words, StringComparison.Ordinal)));
        Assert.All(secrets.Append(created), secret =>
        {
            Assert.DoesNotContain(seen, line => line.Contains(secret, StringComparison.OrdinalIgnoreCase));
            Assert.DoesNotContain(seen, line => line.Contains(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)), StringComparison.Ordinal));
        });
    }

    [Fact]
    public void Options_do_not_spell_their_secrets()
    {
        NodeOptions options = new()
        {
            Http = new() { AdminKey = AdminKey },
            Database = new() { Postgres = $"Host=h;Password={KeyPassword}" },
            Security = new() { ClusterSecret = ClusterSecret },
        };
        PostgresOptions postgres = new() { ConnectionString = options.Database.Postgres!, ClusterId = "c" };
        Assert.DoesNotContain("recognizable", $"{options} {options.Http} {options.Database} {options.Security} {postgres}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--admn-key=" + AdminKey)]
    [InlineData("--cluster-secret=" + ClusterSecret)]
    public async Task A_command_line_that_is_refused_is_not_repeated(string argument)
    {
        using NodeProgram node = new(argument);
        (_, string[] errors) = await node.EndsAsync();
        Assert.DoesNotContain("recognizable", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=h;Password=recognizable;part=1")] // quotes are missing
    [InlineData("Host=h;Password=recognizable;Port=recognizable")]
    [InlineData("recognizable")]
    public void A_malformed_connection_string_is_not_repeated(string connection)
    {
        PostgresOptions options = new() { ConnectionString = connection, ClusterId = "c" };
        Models.InferenceException refused = Assert.Throws<Models.InferenceException>(options.Validate);
        Assert.DoesNotContain("recognizable", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Creates a key, and uses it once.</summary>
    private async Task<string> CreateKeyAsync(string url)
    {
        using HttpClient client = _certificates.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
        using StringContent body = new("{}", Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await client.PostAsync(new Uri(url + "/admin/keys"), body);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        string key = JsonElement.Parse(text).GetProperty("key").GetString()!;
        using HttpRequestMessage use = new(HttpMethod.Get, new Uri(url + "/v1/models"));
        use.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using HttpResponseMessage used = await client.SendAsync(use);
        Assert.Equal(HttpStatusCode.OK, used.StatusCode);
        return key;
    }

    /// <summary>Provokes errors, and returns the answers with their headers.</summary>
    private async Task<IEnumerable<string>> AnswersAsync(string url)
    {
        List<string> answers = [];
        using HttpClient client = _certificates.Client();
        (HttpMethod Method, string Path, string? Key, string? Body, HttpStatusCode Expected)[] requests =
        [
            (HttpMethod.Get, "/v1/models", ApiKey, null, HttpStatusCode.OK),
            (HttpMethod.Get, "/v1/models", Stranger, null, HttpStatusCode.Unauthorized),
            (HttpMethod.Get, "/v1/models", null, null, HttpStatusCode.Unauthorized),
            (HttpMethod.Get, "/admin/cluster", AdminKey, null, HttpStatusCode.OK),
            (HttpMethod.Get, "/admin/cluster", Stranger, null, HttpStatusCode.Unauthorized),
            (HttpMethod.Get, "/v1/nothing", ApiKey, null, HttpStatusCode.NotFound),
            (HttpMethod.Delete, "/v1/completions", ApiKey, null, HttpStatusCode.MethodNotAllowed),
            (HttpMethod.Post, "/v1/completions", ApiKey, "{", HttpStatusCode.BadRequest),
            (HttpMethod.Post, "/v1/completions", ApiKey, """{"model":"demo","prompt":"a","max_tokens":-1}""", HttpStatusCode.BadRequest),
            (HttpMethod.Post, "/v1/completions", ApiKey, """{"model":"demo","prompt":"a","max_tokens":4}""", HttpStatusCode.OK),
        ];
        foreach ((HttpMethod method, string path, string? key, string? body, HttpStatusCode expected) in requests)
        {
            using HttpRequestMessage request = new(method, new Uri(url + path)) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
            request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
            using HttpResponseMessage answer = await client.SendAsync(request);
            string text = await answer.Content.ReadAsStringAsync();
            Assert.True(expected == answer.StatusCode, $"{method} {path}: {answer.StatusCode} {text}");
            answers.Add($"{answer.Headers}{answer.Content.Headers}{text}");
        }

        // Plain text to a port that expects TLS.
        using TcpClient plain = new();
        await plain.ConnectAsync(IPAddress.Loopback, new Uri(url).Port);
        await plain.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {Stranger}\r\n\r\n"));
        Assert.InRange(await plain.GetStream().ReadAsync(new byte[16]), 0, 16);
        return answers;
    }
}
