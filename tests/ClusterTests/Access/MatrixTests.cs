using System.Net;
using System.Text;
using System.Text.Json;
using OrleansInference.Silo.Hosting;
using OrleansInference.Silo.Settings;

namespace OrleansInference.ClusterTests.Access;

/// <summary>
/// Every operation of the OpenAPI document, asked for by every role, with ids of its own tenant, of another tenant and of nobody. An operation that is missing here fails the test, so that nobody adds one without
/// deciding who may use it.
/// </summary>
#pragma warning disable CA1001 // xunit calls DisposeAsync.
public sealed class MatrixTests : IAsyncLifetime
{
    private const string Own = "team", Foreign = "other";
    private const string UnknownKey = "aaaaaaaaaaaa";

    // Order of the columns below.
    private static readonly string[] Callers = ["none", "user", "auditor", "tenant-admin", "cluster-admin"];

    // What is a tenant's own alone; the cluster's administrator belongs to another tenant.
    private static readonly string[] OfTenant = ["401 ok 403 ok 404", "401 404 403 404 404", "401 404 403 404 404"];

    // What each operation answers each caller: a status, or ok for success. Operations with an id have three rows: for an id of the own tenant, of another tenant, and of nobody.
    private static readonly Dictionary<string, (string Body, string[] Expected)> Operations = new()
    {
        ["getHealth"] = ("", ["ok ok ok ok ok"]),
        ["getAlive"] = ("", ["ok ok ok ok ok"]),
        ["getVersion"] = ("", ["401 ok ok ok ok"]),
        ["getMetrics"] = ("", ["401 ok ok ok ok"]),
        ["listModels"] = ("", ["401 ok 403 ok ok"]),
        ["getModel"] = ("", ["401 404 403 404 404"]),
        ["createChatCompletion"] = ("""{"model":"demo","max_tokens":1,"messages":[{"role":"user","content":"1 + 1"}]}""", ["401 ok 403 ok ok"]),
        ["createCompletion"] = ("""{"model":"demo","max_tokens":1,"prompt":"1"}""", ["401 ok 403 ok ok"]),
        ["createResponse"] = ("""{"model":"demo","input":"1 + 1","max_output_tokens":1}""", ["401 ok 403 ok ok"]),
        ["getResponse"] = ("", OfTenant),
        ["deleteResponse"] = ("", OfTenant),
        ["cancelResponse"] = ("", OfTenant),
        ["listInputItems"] = ("", OfTenant),
        ["createConversation"] = ("{}", ["401 ok 403 ok ok"]),
        ["getConversation"] = ("", OfTenant),
        ["updateConversation"] = ("""{"metadata":{"a":"b"}}""", OfTenant),
        ["deleteConversation"] = ("", OfTenant),
        ["exportConversation"] = ("", OfTenant),
        ["createConversationItems"] = ("""{"items":[{"type":"message","role":"user","content":"1"}]}""", OfTenant),
        ["listConversationItems"] = ("", OfTenant),
        ["getConversationItem"] = ("", OfTenant),
        ["deleteConversationItem"] = ("", OfTenant),
        ["tokenize"] = ("""{"prompt":"1"}""", ["401 ok 403 ok ok"]),
        ["detokenize"] = ("""{"tokens":[1]}""", ["401 ok 403 ok ok"]),
        ["getCluster"] = ("", ["401 403 403 403 ok"]),
        ["drainNode"] = ("", ["401 403 403 403 404"]),
        ["listAuditHeads"] = ("", ["401 403 403 403 ok"]),
        ["createTenant"] = ("""{"name":"NEW"}""", ["401 403 403 403 ok"]),
        ["listTenants"] = ("", ["401 403 403 403 ok"]),
        ["getTenant"] = ("", ["401 403 ok ok ok", "401 403 404 404 ok", "401 403 404 404 404"]),
        ["updateTenant"] = ("{}", ["401 403 403 403 ok", "401 403 403 403 ok", "401 403 403 403 404"]),
        ["getUsage"] = ("", ["401 403 ok ok ok", "401 403 404 404 ok", "401 403 404 404 404"]),
        ["getOrganizationUsage"] = ("", ["401 403 ok ok ok", "401 403 404 404 ok", "401 403 404 404 404"]),
        ["listSessions"] = ("", ["401 403 403 ok ok", "401 403 403 404 ok", "401 403 403 404 404"]),
        ["getSession"] = ("", ["401 403 403 ok ok", "401 403 403 404 ok", "401 403 403 404 404"]),
        ["exportSession"] = ("", ["401 403 403 ok ok", "401 403 403 404 ok", "401 403 403 404 404"]),
        ["deleteSession"] = ("", ["401 403 403 ok ok", "401 403 403 404 ok", "401 403 403 404 404"]),
        ["createKey"] = ("""{"tenant":"TENANT"}""", ["401 403 403 ok ok", "401 403 403 404 ok", "401 403 403 404 404"]),
        ["detectWatermark"] = ("""{"text":"1 + 1","tenant":"TENANT"}""", ["401 403 403 ok ok", "401 403 403 404 ok", "401 403 403 404 404"]),
        ["listKeys"] = ("", ["401 403 403 ok ok", "401 403 403 404 ok", "401 403 403 404 404"]),
        ["getKey"] = ("", ["401 403 403 ok ok", "401 403 403 404 ok", "401 403 403 404 404"]),
        ["updateKey"] = ("{}", ["401 403 403 ok ok", "401 403 403 404 ok", "401 403 403 404 404"]),
        ["rotateKey"] = ("{}", ["401 403 403 ok ok", "401 403 403 404 ok", "401 403 403 404 404"]),
        ["revokeKey"] = ("", ["401 403 403 ok ok", "401 403 403 404 ok", "401 403 403 404 404"]),
    };

    private readonly HttpClient _http = new();
    private readonly string _data = Directory.CreateTempSubdirectory("orleans-inference-matrix-").FullName;
    private readonly Dictionary<string, string> _keys = []; // by the role of the caller
    private SiloNode _node = null!;
    private int _created;

    public async Task InitializeAsync()
    {
        NodeOptions options = new() { Http = new() { Port = 0, AdminKey = "administrator" }, Compute = new() { Threads = 1 }, Database = new() { DataFolder = _data } };
        _node = await SiloNode.StartAsync(options.Resolve());
        _keys["cluster-admin"] = "administrator";
        foreach (string tenant in (string[])[Own, Foreign])
        {
            await SendAsync("cluster-admin", HttpMethod.Post, "/admin/tenants", $$"""{"name":"{{tenant}}"}""");
        }

        foreach (string role in Callers[1..^1])
        {
            _keys[role] = (await CreateKeyAsync(Own, role)).GetProperty("key").GetString()!;
        }
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _node.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task Every_operation_answers_every_role_as_expected_and_tells_of_no_other_tenant()
    {
        List<string> wrong = [];
        foreach ((string operation, HttpMethod method, string path) in await OperationsAsync())
        {
            if (!Operations.TryGetValue(operation, out (string Body, string[] Expected) row))
            {
                wrong.Add($"{operation} ({method} {path}) is not in the table");
                continue;
            }

            for (int place = 0; place < row.Expected.Length; place++)
            {
                string[] expected = row.Expected[place].Split(' ');
                for (int i = 0; i < Callers.Length; i++)
                {
                    (string found, string text) = await AskAsync(Callers[i], method, path, row.Body, place);
                    if (found != expected[i])
                    {
                        wrong.Add($"{operation} ({method} {path}), id {place}, {Callers[i]}: {found}; expected {expected[i]}: {text}");
                    }

                    if (place == 1 && found == "404")
                    {
                        // Another tenant's and nobody's: the same words.
                        (_, string nobody) = await AskAsync(Callers[i], method, path, row.Body, place: 2);
                        if (Plain(text) != Plain(nobody))
                        {
                            wrong.Add($"{operation}, {Callers[i]}: '{text}' differs from '{nobody}'");
                        }
                    }
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task The_document_names_how_to_prove_who_one_is()
    {
        JsonElement document = JsonElement.Parse((await SendAsync("user", HttpMethod.Get, "/openapi/v1.json", "")).Text);
        Assert.Equal(["api-key", "bearer", "x-api-key"], document.GetProperty("components").GetProperty("securitySchemes").EnumerateObject().Select(static scheme => scheme.Name).Order());
        JsonElement chat = document.GetProperty("paths").GetProperty("/v1/chat/completions").GetProperty("post");
        Assert.Equal(3, chat.GetProperty("security").GetArrayLength());
        Assert.All((string[])["200", "400", "401", "403", "404", "429", "503"], status => Assert.True(chat.GetProperty("responses").TryGetProperty(status, out _), status));
        Assert.False(document.GetProperty("paths").GetProperty("/health").GetProperty("get").TryGetProperty("security", out _));
    }

    private async Task<List<(string Operation, HttpMethod Method, string Path)>> OperationsAsync()
    {
        JsonElement document = JsonElement.Parse((await SendAsync("cluster-admin", HttpMethod.Get, "/openapi/v1.json", "")).Text);
        return
        [
            .. document.GetProperty("paths").EnumerateObject().SelectMany(static path => path.Value.EnumerateObject().Select(operation =>
                (operation.Value.TryGetProperty("operationId", out JsonElement id) ? id.GetString()! : $"unnamed {operation.Name} {path.Name}", HttpMethod.Parse(operation.Name), path.Name))),
        ];
    }

    private async Task<(string Found, string Text)> AskAsync(string caller, HttpMethod method, string path, string body, int place)
    {
        string tenant = place switch { 0 => Own, 1 => Foreign, _ => "nobody" };
        string filled = path.Replace("{tenant}", tenant, StringComparison.Ordinal).Replace("{name}", "no-node", StringComparison.Ordinal);
        if (path.Contains("{id}", StringComparison.Ordinal) && path.StartsWith("/admin/keys", StringComparison.Ordinal))
        {
            // One for each request, because some change it.
            string id = place == 2 ? UnknownKey : (await CreateKeyAsync(tenant, "user")).GetProperty("id").GetString()!;
            filled = filled.Replace("{id}", id, StringComparison.Ordinal);
        }

        if (path.StartsWith("/v1/responses/", StringComparison.Ordinal) || path.StartsWith("/v1/conversations/", StringComparison.Ordinal) || path.StartsWith("/admin/sessions/", StringComparison.Ordinal))
        {
            (string id, string item) = place == 2 ? ("resp_nobody", "msg_nobody") : await CreateStoredAsync(path, tenant);
            filled = filled.Replace("{id}", id, StringComparison.Ordinal).Replace("{item}", item, StringComparison.Ordinal);
        }

        filled = filled.Replace("{id}", "no-model", StringComparison.Ordinal);
        filled += path switch
        {
            "/admin/keys" when method == HttpMethod.Get => $"?tenant={tenant}",
            "/admin/usage" => $"?tenant={tenant}",
            _ when path.StartsWith("/admin/sessions", StringComparison.Ordinal) => $"?tenant={tenant}",
            "/v1/organization/usage/completions" => $"?start_time=0&project_ids={tenant}",
            _ => string.Empty,
        };

        string content = body.Replace("TENANT", tenant, StringComparison.Ordinal).Replace("NEW", $"new-{++_created}", StringComparison.Ordinal);
        (HttpStatusCode status, string text) = await SendAsync(caller, method, filled, content);
        return ((int)status is >= 200 and < 300 ? "ok" : $"{(int)status}", text);
    }

    /// <summary>Creates a response, or a conversation with an item, of a tenant.</summary>
    private async Task<(string Id, string Item)> CreateStoredAsync(string path, string tenant)
    {
        if (!_keys.ContainsKey(tenant))
        {
            _keys[tenant] = (await CreateKeyAsync(tenant, "user")).GetProperty("key").GetString()!;
        }

        bool response = path.StartsWith("/v1/responses", StringComparison.Ordinal);
        (string kind, string body) = response
            ? ("responses", """{"model":"demo","input":"1 + 1","max_output_tokens":1}""")
            : ("conversations", """{"items":[{"type":"message","role":"user","content":"1"}]}""");
        string id = JsonElement.Parse((await SendAsync(tenant, HttpMethod.Post, $"/v1/{kind}", body)).Text).GetProperty("id").GetString()!;
        string item = response ? string.Empty : JsonElement.Parse((await SendAsync(tenant, HttpMethod.Get, $"/v1/conversations/{id}/items", "")).Text).GetProperty("data")[0].GetProperty("id").GetString()!;
        return (id, item);
    }

    private async Task<JsonElement> CreateKeyAsync(string tenant, string role) =>
        JsonElement.Parse((await SendAsync("cluster-admin", HttpMethod.Post, "/admin/keys", $$"""{"tenant":"{{tenant}}","role":"{{role}}"}""")).Text);

    private async Task<(HttpStatusCode Status, string Text)> SendAsync(string caller, HttpMethod method, string path, string body)
    {
        using HttpRequestMessage request = new(method, new Uri(_node.Url + path));
        request.Headers.Authorization = _keys.TryGetValue(caller, out string? key) ? new("Bearer", key) : null;
        request.Content = body.Length > 0 ? new StringContent(body, Encoding.UTF8, "application/json") : null;
        using HttpResponseMessage response = await _http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>An error without the id that the request named.</summary>
    private static string Plain(string text)
    {
        JsonElement error = JsonElement.Parse(text).GetProperty("error");
        string[] words = error.GetProperty("message").GetString()!.Split('\'');
        return $"{words[0]} {words[^1]} {error.GetProperty("code")} {error.GetProperty("param")} {error.GetProperty("type")}";
    }
}
