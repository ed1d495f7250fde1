using System.Net;
using System.Text;
using System.Text.Json;
using OrleansInference.ApiTests.Scripted;
using OrleansInference.Models;

namespace OrleansInference.ApiTests.Http;

public sealed class ErrorTests
{
    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"model\":\"scripted\",\"model\":\"scripted\"}")]
    [InlineData("{\"model\":\"\\ud800\",\"messages\":[]}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{\"model\":\"scripted\",\"messages\":[{\"role\":\"user\",\"content\":\"\\udc00\"}]}")]
    [InlineData("{\"model\":\"scripted\",}")]
    public async Task MalformedJsonIsRefused(string body)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());

        JsonElement error = await api.PostErrorAsync(Wire.Chat, body, HttpStatusCode.BadRequest);

        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
    }

    [Fact]
    public async Task BytesThatAreNotUtf8AreRefused()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        using ByteArrayContent content = new([.. "{\"model\":\""u8, 0xFF, .. "\"}"u8]);
        content.Headers.ContentType = new("application/json");

        using HttpResponseMessage response = await api.Http.PostAsync(new Uri(Wire.Chat, UriKind.Relative), content);

        await Wire.ErrorAsync(response, HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData('[', "")]
    [InlineData('{', "\"a\":")]
    public async Task DeepNestingIsRefused(char open, string name)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        string bomb = "{\"tools\":" + string.Concat(Enumerable.Repeat(open + name, 100_000));

        await api.PostErrorAsync(Wire.Chat, bomb, HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ALargeBodyIsRefused(bool withLength)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService(), options => options.MaxBodyBytes = 4096);
        using HttpRequestMessage request = new(HttpMethod.Post, Wire.Chat) { Content = new StringContent(Wire.Ask("", new string('x', 5000)), Encoding.UTF8, "application/json") };
        request.Headers.TransferEncodingChunked = !withLength;

        using HttpResponseMessage response = await api.Http.SendAsync(request);

        await Wire.ErrorAsync(response, HttpStatusCode.RequestEntityTooLarge);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData(null)]
    public async Task OtherMediaTypesAreRefused(string? type)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        using ByteArrayContent content = new(Encoding.UTF8.GetBytes(Wire.Ask()));
        if (type is not null)
            content.Headers.TryAddWithoutValidation("Content-Type", type);

        using HttpResponseMessage response = await api.Http.PostAsync(new Uri(Wire.Chat, UriKind.Relative), content);

        await Wire.ErrorAsync(response, HttpStatusCode.UnsupportedMediaType);
    }

    [Theory]
    [InlineData("GET", "/v1/nothing", HttpStatusCode.NotFound)]
    [InlineData("GET", "/v1/models/other", HttpStatusCode.NotFound)]
    [InlineData("GET", "/openapi/v2.json", HttpStatusCode.NotFound)]
    [InlineData("GET", "/v1/chat/completions", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "/v1/models", HttpStatusCode.MethodNotAllowed)]
    public async Task RoutingFailsInTheSameShape(string method, string path, HttpStatusCode expected)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        using HttpRequestMessage request = new(new HttpMethod(method), path);

        using HttpResponseMessage response = await api.Http.SendAsync(request);

        await Wire.ErrorAsync(response, expected);
    }

    [Theory]
    [InlineData(ErrorCode.Overloaded, 429, "rate_limit_exceeded")]
    [InlineData(ErrorCode.Unavailable, 503, "service_unavailable")]
    [InlineData(ErrorCode.ContextTooLong, 400, "context_length_exceeded")]
    [InlineData(ErrorCode.OutOfMemory, 503, "out_of_memory")]
    [InlineData(ErrorCode.Internal, 500, "internal_error")]
    [InlineData(ErrorCode.InvalidCheckpoint, 500, "internal_error")]
    public async Task TheServicesErrorsHaveTheirStatusAndCode(ErrorCode thrown, int status, string code)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(
            new ScriptedService { FailToStart = new InferenceException(thrown, "told why") { RetryAfter = thrown is ErrorCode.Overloaded ? TimeSpan.FromSeconds(2.5) : null } });

        using HttpResponseMessage response = await api.SendAsync(Wire.Chat, Wire.Ask());

        JsonElement error = await Wire.ErrorAsync(response, (HttpStatusCode)status);
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Equal(status switch { 429 => 3, 503 => 1, _ => null }, response.Headers.RetryAfter?.Delta?.TotalSeconds);
        Assert.Equal(status != 500, error.GetProperty("message").GetString() == "told why");
    }

    [Fact]
    public async Task ATemplatesErrorIsTheCallers()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());

        JsonElement error = await api.PostErrorAsync(Wire.Chat, Wire.Ask("\"chat_template_kwargs\":{\"fail\":1}"), HttpStatusCode.BadRequest);

        Assert.Contains("asked to fail", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"max_tokens\":510")]
    [InlineData("\"metadata\":{}", 600)]
    public async Task WhatDoesNotFitTheContextIsRefused(string fields, int words = 1)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());

        JsonElement error = await api.PostErrorAsync(Wire.Chat, Wire.Ask(fields, new string('x', words)), HttpStatusCode.BadRequest);

        Assert.Equal("context_length_exceeded", error.GetProperty("code").GetString());
        Assert.Equal("messages", error.GetProperty("param").GetString());
    }
}
