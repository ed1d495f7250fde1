using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OrleansInference.ApiTests.Access;
using OrleansInference.ApiTests.Responses;
using OrleansInference.ApiTests.Scripted;

namespace OrleansInference.ApiTests.Audit;

/// <summary>Every request has a line in the audit log before its client can take the answer for complete.</summary>
public sealed class AuditTests
{
    private const string Chat = "/v1/chat/completions";

    [Theory]
    [InlineData("")]
    [InlineData(",\"stream\":true")]
    public async Task A_chat_has_a_line_with_the_hashes_of_what_was_sent_and_answered(string fields)
    {
        await using AuditedApi api = await AuditedApi.StartAsync();
        string body = $$"""{"model":"scripted","user":"jo","messages":[{"role":"user","content":"say tea"}]{{fields}}}""";
        (HttpResponseMessage response, string answer) = await api.SendAsync(Chat, body);
        JsonElement line = Assert.Single(api.Lines());
        Assert.Equal(
            ("createChatCompletion", "jo", "default", "administrator", 200),
            (Text(line, "action"), Text(line, "user_id"), Text(line, "tenant"), Text(line, "key_id"), line.GetProperty("status").GetInt32()));
        Assert.Equal((Hash(body), Hash(Texts(answer, "reasoning_content") + Texts(answer, "content"))), (Text(line, "input_sha256"), Text(line, "output_sha256")));
        Assert.Equal(("scripted@fp_scripted", "127.0.0.1"), (Text(line, "model_version"), Text(line, "source")));
        Assert.Equal(response.Headers.GetValues("x-request-id").Single(), Text(line, "request_id"));
        Assert.Equal(response.Headers.GetValues("x-request-fingerprint").Single(), Text(line, "fingerprint"));
        Assert.StartsWith("chatcmpl-", Text(line, "target"), StringComparison.Ordinal);
        Assert.True(line.GetProperty("input_length").GetInt64() > 0 && line.GetProperty("output_length").GetInt64() > 0 && line.GetProperty("latency_ms").GetDouble() >= 0);
        Assert.False(line.TryGetProperty("input", out _) || line.TryGetProperty("output", out _));
        Assert.Empty((await api.CloseAsync()).Broken);
    }

    [Fact]
    public async Task The_texts_of_several_choices_are_separated_by_line_feeds()
    {
        await using AuditedApi api = await AuditedApi.StartAsync();
        await api.SendAsync("/v1/completions", """{"model":"scripted","prompt":["say tea","say milk"],"n":2}""");
        JsonElement line = Assert.Single(api.Lines());
        string[] texts = ["tea.", "tea 1.", "milk.", "milk 1."];
        Assert.Equal(Hash(string.Join('\n', texts.Select(static text => $"<think>\nHmm {text.Split(' ', '.')[0]}.\n</think>\n\nI heard {text}"))), Text(line, "output_sha256"));
    }

    [Fact]
    public async Task Refused_requests_and_administrative_acts_have_lines_and_questions_for_the_status_have_none()
    {
        await using AuditedApi api = await AuditedApi.StartAsync();
        await api.Server.Http.GetAsync(new Uri("/health", UriKind.Relative));
        await api.Server.SendAsync(HttpMethod.Get, "/metrics", AuditedApi.Administrator);
        await api.SendAsync(Chat, "{}", "wrong");
        await api.SendAsync(Chat, "{\"model\":1}");
        await api.Server.CreateTenantAsync("team", AuditedApi.Administrator);
        (string id, _) = await api.Server.CreateKeyAsync("team", AuditedApi.Administrator);
        await api.Server.SendAsync(HttpMethod.Delete, $"/admin/keys/{id}", AuditedApi.Administrator);
        await api.Server.SendAsync(HttpMethod.Get, "/v1/responses/resp_none", AuditedApi.Administrator);
        Assert.Equal(
            [
                ("createChatCompletion", null, null, 401), ("createChatCompletion", "administrator", null, 400), ("createTenant", "administrator", "team", 201), ("createKey", "administrator", id, 201),
                ("revokeKey", "administrator", id, 200), ("getResponse", "administrator", "resp_none", 404),
            ],
            api.Lines().Select(static line => (Text(line, "action"), Text(line, "key_id"), Text(line, "target"), line.GetProperty("status").GetInt32())));
        Assert.Empty((await api.CloseAsync()).Broken);
    }

    [Fact]
    public async Task An_abandoned_stream_has_a_line_with_what_was_answered_until_then()
    {
        ScriptedService service = new() { Answer = static (_, _) => "abc", Hold = new TaskCompletionSource() };
        await using AuditedApi api = await AuditedApi.StartAsync(service);
        using (HttpRequestMessage request = new(HttpMethod.Post, "/v1/completions") { Content = new StringContent("""{"model":"scripted","prompt":"say tea","stream":true}""", Encoding.UTF8, "application/json") })
        {
            request.Headers.Authorization = new("Bearer", AuditedApi.Administrator);
            using HttpResponseMessage response = await api.Server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            await using Stream body = await response.Content.ReadAsStreamAsync();
            await body.ReadAtLeastAsync(new byte[1], 1);
        }

        while (api.Lines().Length == 0)
        {
            await Task.Yield();
        }

        JsonElement line = api.Last();
        Assert.Equal((499, Hash("a"), 1), (line.GetProperty("status").GetInt32(), Text(line, "output_sha256"), line.GetProperty("output_length").GetInt32()));
    }

    [Fact]
    public async Task A_response_in_the_background_has_a_line_for_its_end_before_its_end_can_be_read()
    {
        ScriptedService service = new() { Answer = static (_, _) => "abc", Hold = new TaskCompletionSource() };
        await using AuditedApi api = await AuditedApi.StartAsync(service);
        (_, string text) = await api.SendAsync(ResponseWire.Responses, ResponseWire.Ask("\"background\":true"));
        string id = JsonElement.Parse(text).Id();
        Assert.Equal((null, id), (Text(api.Last(), "output_sha256"), Text(api.Last(), "target")));
        service.Hold.SetResult();
        while ((await api.Server.SendAsync(HttpMethod.Get, $"/v1/responses/{id}", AuditedApi.Administrator)).Body.Status() != "completed")
        {
            await Task.Yield();
        }

        JsonElement line = Assert.Single(api.Lines(), static line => Text(line, "action") == "endResponse");
        Assert.Equal((id, "default", "administrator", Hash("abc")), (Text(line, "target"), Text(line, "tenant"), Text(line, "key_id"), Text(line, "output_sha256")));
        Assert.Contains(api.Lines(), line => line.GetProperty("sequence").GetInt64() > 2 && Text(line, "action") == "getResponse");
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"stream\":true")]
    public async Task A_response_has_one_line_with_its_text(string fields)
    {
        await using AuditedApi api = await AuditedApi.StartAsync(new ScriptedService { Answer = static (_, _) => "abc" });
        await api.SendAsync(ResponseWire.Responses, ResponseWire.Ask("\"user\":\"jo\"" + fields));
        JsonElement line = Assert.Single(api.Lines());
        Assert.Equal(("createResponse", "jo", Hash("abc")), (Text(line, "action"), Text(line, "user_id"), Text(line, "output_sha256")));
        Assert.True(line.GetProperty("output_length").GetInt64() > 0);
    }

    [Fact]
    public async Task Contents_are_kept_where_the_tenant_asks_for_them_and_personal_data_is_masked()
    {
        await using AuditedApi api = await AuditedApi.StartAsync(new ScriptedService { Answer = static (_, _) => "mail jo@example.com" });
        await api.Server.CreateTenantAsync("team", AuditedApi.Administrator);
        (_, string key) = await api.Server.CreateKeyAsync("team", AuditedApi.Administrator);
        const string Body = """{"model":"scripted","prompt":"I am jo@example.com"}""";
        await api.SendAsync("/v1/completions", Body, key);
        JsonElement without = api.Last();
        await api.Server.SendAsync(HttpMethod.Patch, "/admin/tenants/team", AuditedApi.Administrator, """{"audit_contents":true}""");
        await api.SendAsync("/v1/completions", Body, key);
        JsonElement with = api.Last();
        Assert.False(without.TryGetProperty("input", out _));
        Assert.Equal(("""{"model":"scripted","prompt":"I am [email]"}""", "mail [email]"), (Text(with, "input"), Text(with, "output")));
        Assert.Equal((Hash(Body), Hash("mail jo@example.com")), (Text(with, "input_sha256"), Text(with, "output_sha256")));
        Assert.Equal(Text(without, "fingerprint"), Text(with, "fingerprint"));
    }

    [Fact]
    public async Task Equal_requests_of_a_tenant_have_equal_fingerprints()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        string[] bodies =
        [
            """{"model":"scripted","prompt":"a","max_tokens":4,"temperature":1}""", """{ "temperature" : 1.0, "max_tokens": 4, "prompt": "\u0061", "model": "scripted" }""",
            """{"model":"scripted","prompt":"b","max_tokens":4,"temperature":1}""", """{"model":"scripted","prompt":"a","max_tokens":4,"temperature":1,"seed":9007199254740993}""",
            """{"model":"scripted","prompt":"a","max_tokens":4,"temperature":1,"seed":9007199254740992}""",
        ];
        List<string> fingerprints = [];
        foreach (string body in bodies)
        {
            using HttpResponseMessage response = await api.Http.PostAsync(new Uri("/v1/completions", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));
            fingerprints.Add(response.Headers.GetValues("x-request-fingerprint").Single());
        }

        Assert.Equal(fingerprints[0], fingerprints[1]);
        Assert.Equal(4, fingerprints.Distinct().Count());
    }

    [Fact]
    public async Task Nothing_is_answered_that_cannot_be_logged()
    {
        await using AuditedApi api = await AuditedApi.StartAsync(new ScriptedService { Answer = static (_, _) => "abc" });
        api.Break();
        (HttpResponseMessage document, string refusal) = await api.SendAsync("/v1/completions", """{"model":"scripted","prompt":"say tea"}""");
        (_, string stream) = await api.SendAsync("/v1/completions", """{"model":"scripted","prompt":"say tea","stream":true}""");
        (_, string events) = await api.SendAsync(ResponseWire.Responses, ResponseWire.Ask("\"stream\":true"));
        (HttpResponseMessage act, _) = await api.SendAsync("/admin/tenants", """{"name":"team"}""");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, document.StatusCode);
        Assert.Contains("audit log", JsonElement.Parse(refusal).Message(), StringComparison.Ordinal);
        Assert.Contains("event: error", stream, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", stream, StringComparison.Ordinal);
        Assert.Contains("event: error", events, StringComparison.Ordinal);
        Assert.DoesNotContain("response.completed", events, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, act.StatusCode);
        await Assert.ThrowsAsync<HttpRequestException>(() => api.Server.SendAsync(HttpMethod.Get, "/v1/models", AuditedApi.Administrator));
    }

    /// <summary>The values of a field of an answer or of the events of a stream.</summary>
    private static string Texts(string answer, string field) => string.Concat(answer.Split('\n').Where(static line => line.Contains("\"choices\":[{", StringComparison.Ordinal)).Select(line =>
    {
        JsonElement choice = JsonElement.Parse(line[line.IndexOf('{', StringComparison.Ordinal)..]).GetProperty("choices")[0];
        JsonElement message = choice.GetProperty(choice.TryGetProperty("delta", out _) ? "delta" : "message");
        return message.TryGetProperty(field, out JsonElement text) ? text.GetString() : null;
    }));

    private static string? Text(JsonElement line, string name) => line.GetProperty(name).GetString();

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
