using System.Net;
using System.Text.Json;
using OrleansInference.ApiTests.Scripted;
using OrleansInference.Engine.Requests;

namespace OrleansInference.ApiTests.Http;

public sealed class ServiceTests
{
    [Fact]
    public async Task TokensGoThereAndBack()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());

        JsonElement plain = await api.PostAsync("/tokenize", """{"prompt":"ab","return_token_strs":true}""");
        JsonElement chat = await api.PostAsync("/tokenize", """{"model":"scripted","messages":[{"role":"user","content":"x"}]}""");
        JsonElement text = await api.PostAsync("/detokenize", $$"""{"tokens":{{plain.GetProperty("tokens").GetRawText()}}}""");

        Assert.Equal([257, 97, 98], plain.GetProperty("tokens").EnumerateArray().Select(token => token.GetInt32()));
        Assert.Equal(["<bos>", "<0x61>", "<0x62>"], plain.GetProperty("token_strs").EnumerateArray().Select(token => token.GetString()));
        Assert.Equal((3, 512), (plain.GetProperty("count").GetInt32(), plain.GetProperty("max_model_len").GetInt32()));
        Assert.Equal("<bos>[user]x<eos>[assistant]".Length - "<bos><eos>".Length + 2, chat.GetProperty("count").GetInt32());
        Assert.Equal("<bos>ab", text.GetProperty("prompt").GetString());
    }

    [Theory]
    [InlineData("/tokenize", "{}", "messages")]
    [InlineData("/tokenize", """{"prompt":"a","messages":[{"role":"user","content":"x"}]}""", "prompt")]
    [InlineData("/detokenize", "{}", "tokens")]
    [InlineData("/detokenize", """{"tokens":[1,264]}""", "tokens[1]")]
    [InlineData("/detokenize", """{"tokens":[1,-4]}""", "tokens[1]")]
    public async Task TokenRequestsAreChecked(string path, string body, string parameter)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());

        JsonElement error = await api.PostErrorAsync(path, body, HttpStatusCode.BadRequest);

        Assert.Equal(parameter, error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task ModelsAreListed()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());

        JsonElement list = JsonElement.Parse(await api.Http.GetStringAsync(new Uri("/v1/models", UriKind.Relative)));
        JsonElement card = JsonElement.Parse(await api.Http.GetStringAsync(new Uri("/v1/models/scripted", UriKind.Relative)));

        Assert.Equal("list", list.GetProperty("object").GetString());
        Assert.Equal(card.GetRawText(), list.GetProperty("data")[0].GetRawText());
        Assert.Equal(("scripted", "model", 1_700_000_000L), (card.GetProperty("id").GetString(), card.GetProperty("object").GetString(), card.GetProperty("created").GetInt64()));
    }

    [Fact]
    public async Task HealthFollowsTheService()
    {
        ScriptedService service = new();
        await using ApiFixture api = await ApiFixture.StartAsync(service);

        Assert.Equal("""{"status":"ready","reason":null}""", await api.Http.GetStringAsync(new Uri("/health", UriKind.Relative)));
        service.Status = new ServiceStatus(false, "loading", default);
        using HttpResponseMessage unavailable = await api.Http.GetAsync(new Uri("/health", UriKind.Relative));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, unavailable.StatusCode);
        Assert.Equal("""{"status":"unavailable","reason":"loading"}""", await unavailable.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, (await api.Http.GetAsync(new Uri("/alive", UriKind.Relative))).StatusCode);
        Assert.Contains("version", await api.Http.GetStringAsync(new Uri("/version", UriKind.Relative)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("my-id.1", true)]
    [InlineData("has space", false)]
    [InlineData("<script>", false)]
    public async Task RequestIdsAreReturned(string id, bool kept)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        using HttpRequestMessage request = new(HttpMethod.Get, "/nowhere");
        request.Headers.Add("x-request-id", id);

        using HttpResponseMessage response = await api.Http.SendAsync(request);

        Assert.Equal(kept, response.Headers.GetValues("x-request-id").Single() == id);
    }

    [Fact]
    public async Task KeysGuardAndNameTenants()
    {
        ScriptedService service = new();
        await using ApiFixture api = await ApiFixture.StartAsync(service, options => options.ApiKeys = [new() { Key = "one" }, new() { Key = "two" }]);

        await api.PostErrorAsync(Wire.Chat, Wire.Ask(), HttpStatusCode.Unauthorized);
        await api.PostErrorAsync("/tokenize", """{"prompt":"a"}""", HttpStatusCode.Unauthorized);
        api.Http.DefaultRequestHeaders.Authorization = new("Bearer", "three");
        await api.PostErrorAsync(Wire.Chat, Wire.Ask(), HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.OK, (await api.Http.GetAsync(new Uri("/health", UriKind.Relative))).StatusCode);
        await api.OpenAI("one").GetChatClient("scripted").CompleteChatAsync("hi");
        await api.OpenAI("two").GetChatClient("scripted").CompleteChatAsync("hi");

        Assert.Equal(2, service.Requests.Select(request => request.Tenant).Distinct().Count());
        Assert.All(service.Requests, request => Assert.StartsWith("key-", request.Tenant, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/version")]
    [InlineData("/openapi/v1.json")]
    public async Task EndpointsThatDescribeTheServerFollowTheKeys(string path)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService(), options => options.ApiKeys = [new() { Key = "one" }]);

        Assert.Equal(HttpStatusCode.Unauthorized, (await api.Http.GetAsync(new Uri(path, UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await api.Http.GetAsync(new Uri("/alive", UriKind.Relative))).StatusCode);
        api.Http.DefaultRequestHeaders.Authorization = new("Bearer", "one");
        Assert.Equal(HttpStatusCode.OK, (await api.Http.GetAsync(new Uri(path, UriKind.Relative))).StatusCode);
    }

    [Theory]
    [InlineData(true, new[] { Wire.Chat, Wire.Completions, "/v1/responses" })]
    [InlineData(false, new string[0])]
    public async Task TheOpenApiDocumentDescribesResumingWhereThatIsPossible(bool resumable, string[] expected)
    {
        ScriptedService scripted = new();
        await using ApiFixture api = await ApiFixture.StartAsync(resumable ? new ResumableService(scripted) : scripted);

        JsonElement document = JsonElement.Parse(await api.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));

        Assert.Equal(expected, document.GetProperty("paths").EnumerateObject()
            .Where(path => path.Value.ToString().Contains("Last-Event-ID", StringComparison.Ordinal)).Select(path => path.Name).Order());
    }

    [Theory]
    [InlineData(Wire.Chat, "post", "200 400 401 402 403 404 413 415 429 503")]
    [InlineData("/v1/conversations", "post", "200 400 401 403 413 415 503")]
    [InlineData("/v1/models/{id}", "get", "200 400 401 403 404 503")]
    [InlineData("/admin/tenants", "get", "200 400 401 403 503")]
    [InlineData("/metrics", "get", "200 400 401 403 503")]
    [InlineData("/health", "get", "200 400 403 503")]
    public async Task TheOpenApiDocumentHasEveryStatus(string path, string method, string expected)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());

        JsonElement document = JsonElement.Parse(await api.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));

        JsonElement responses = document.GetProperty("paths").GetProperty(path).GetProperty(method).GetProperty("responses");
        Assert.Equal(expected, string.Join(' ', responses.EnumerateObject().Select(response => response.Name).Order()));
        Assert.All(responses.EnumerateObject().Where(response => response.Name[0] == '4'), response => Assert.Equal(
            "#/components/schemas/ErrorDocument", response.Value.GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString()));
    }

    [Fact]
    public async Task TheOpenApiDocumentHasEveryFieldAndAnswer()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());

        JsonElement document = JsonElement.Parse(await api.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));

        JsonElement schemas = document.GetProperty("components").GetProperty("schemas");
        JsonElement request = schemas.GetProperty("ChatCompletionRequest");
        Assert.Equal("#/components/schemas/ChatCompletionRequest", document.GetProperty("paths").GetProperty(Wire.Chat).GetProperty("post")
            .GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString());
        Assert.Equal(["messages", "model"], request.GetProperty("required").EnumerateArray().Select(name => name.GetString()).Order());
        Assert.Equal(2, request.GetProperty("properties").GetProperty("temperature").GetProperty("maximum").GetDouble());
        Assert.True(schemas.GetProperty("ChatCompletion").GetProperty("properties").TryGetProperty("system_fingerprint", out _));
        Assert.True(schemas.GetProperty("ChatMessage").GetProperty("properties").TryGetProperty("reasoning_content", out _));
        Assert.Contains("/metrics", document.GetProperty("paths").EnumerateObject().Select(path => path.Name));
    }
}
