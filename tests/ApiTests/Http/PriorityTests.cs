using System.Net;
using System.Text.Json;
using OrleansInference.Api;
using OrleansInference.ApiTests.Scripted;

namespace OrleansInference.ApiTests.Http;

/// <summary>The field <c>priority</c>, and what keys say of tenants and of it.</summary>
public sealed class PriorityTests
{
    private static readonly ApiKey[] Keys =
    [
        new() { Key = "usual" }, new() { Key = "urgent", Tenant = "team-a", MaxPriority = 10 }, new() { Key = "batch", Tenant = "team-a", MaxPriority = -5 },
    ];

    [Theory]
    [InlineData("", 0)]
    [InlineData("\"priority\":null", 0)]
    [InlineData("\"priority\":-100", -100)]
    [InlineData("\"priority\":100", 100)]
    public async Task WithoutKeysEveryPriorityReachesTheService(string field, int expected)
    {
        ScriptedService service = new();
        await using ApiFixture api = await ApiFixture.StartAsync(service);

        await api.PostAsync(Wire.Chat, Wire.Ask(field));
        await api.PostAsync(Wire.Completions, Wire.Complete(field, """["a","b"]"""));

        Assert.Equal([expected, expected, expected], service.Requests.Select(static request => request.Priority));
    }

    [Theory]
    [InlineData("101", "101")]
    [InlineData("-101", "-101")]
    [InlineData("0.5", "0.5")]
    [InlineData("\"high\"", "high")]
    public async Task AnotherValueIsRefusedWithTheRange(string value, string said)
    {
        ScriptedService service = new();
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        foreach ((string path, string body) in new[] { (Wire.Chat, Wire.Ask($"\"priority\":{value}")), (Wire.Completions, Wire.Complete($"\"priority\":{value}")) })
        {
            JsonElement error = await api.PostErrorAsync(path, body, HttpStatusCode.BadRequest);

            Assert.Equal("priority", error.GetProperty("param").GetString());
            Assert.StartsWith("'priority' must be an integer from -100 to 100, but is ", error.GetProperty("message").GetString(), StringComparison.Ordinal);
            Assert.Contains(said, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        }

        Assert.Empty(service.Requests);
    }

    [Theory]
    [InlineData("usual", null, 0)]
    [InlineData("usual", -7, -7)]
    [InlineData("urgent", null, 0)]
    [InlineData("urgent", 10, 10)]
    [InlineData("batch", null, -5)]
    [InlineData("batch", -6, -6)]
    public async Task AKeyAllowsPrioritiesUpToItsOwn(string key, int? priority, int expected)
    {
        ScriptedService service = new();
        await using ApiFixture api = await StartAsync(service, key);

        await api.PostAsync(Wire.Chat, Wire.Ask(Field(priority)));

        Assert.Equal(expected, service.LastRequest.Priority);
    }

    [Theory]
    [InlineData("usual", 1, 0)]
    [InlineData("urgent", 11, 10)]
    [InlineData("batch", 0, -5)]
    public async Task APriorityBeyondThatOfTheKeyIsRefusedWithIt(string key, int priority, int ceiling)
    {
        ScriptedService service = new();
        await using ApiFixture api = await StartAsync(service, key);
        foreach ((string path, string body) in new[] { (Wire.Chat, Wire.Ask(Field(priority))), (Wire.Completions, Wire.Complete(Field(priority))) })
        {
            JsonElement error = await api.PostErrorAsync(path, body, HttpStatusCode.BadRequest);

            Assert.Equal("priority", error.GetProperty("param").GetString());
            Assert.Equal($"'priority' is {priority}, but this API key may ask for at most {ceiling}.", error.GetProperty("message").GetString());
        }

        Assert.Empty(service.Requests);
    }

    [Fact]
    public async Task KeysMayShareATenantAndHaveOneOfTheirOwnOtherwise()
    {
        ScriptedService service = new();
        await using ApiFixture api = await StartAsync(service, "usual");
        foreach (ApiKey key in Keys)
        {
            api.Http.DefaultRequestHeaders.Authorization = new("Bearer", key.Key);
            await api.PostAsync(Wire.Chat, Wire.Ask());
        }

        string[] tenants = [.. service.Requests.Select(static request => request.Tenant)];
        Assert.StartsWith("key-", tenants[0], StringComparison.Ordinal);
        Assert.Equal(["team-a", "team-a"], tenants[1..]);
    }

    [Fact]
    public async Task AKeyOfTheConfigurationIsATextOrAnObjectOrBoth()
    {
        ScriptedService service = new();
        Dictionary<string, string?> settings = new()
        {
            ["Api:ApiKeys:0"] = "text",
            ["Api:ApiKeys:1:Key"] = "object",
            ["Api:ApiKeys:1:Tenant"] = "team-a",
            ["Api:ApiKeys:2"] = "both",
            ["Api:ApiKeys:2:Tenant"] = "team-b",
            ["Api:ApiKeys:2:MaxPriority"] = "3",
        };
        await using ApiFixture api = await ApiFixture.StartAsync(service, settings: settings);
        foreach (string key in (string[])["text", "object", "both"])
        {
            api.Http.DefaultRequestHeaders.Authorization = new("Bearer", key);
            await api.PostAsync(Wire.Chat, Wire.Ask(key == "both" ? Field(3) : ""));
        }

        Assert.Equal(["team-a", "team-b"], service.Requests.Select(static request => request.Tenant).Skip(1));
        Assert.Equal([0, 0, 3], service.Requests.Select(static request => request.Priority));
    }

    [Fact]
    public async Task WhatAKeyStandsForIsReadAgain()
    {
        ScriptedService service = new();
        await using ApiFixture api = await ApiFixture.StartAsync(service, settings: new() { ["Api:ApiKeys:0"] = "one" });
        api.Http.DefaultRequestHeaders.Authorization = new("Bearer", "one");
        await api.PostErrorAsync(Wire.Chat, Wire.Ask(Field(5)), HttpStatusCode.BadRequest);

        api.Configuration["Api:ApiKeys:0:MaxPriority"] = "5";
        api.Configuration.Reload();

        await api.PostAsync(Wire.Chat, Wire.Ask(Field(5)));
        Assert.Equal(5, service.LastRequest.Priority);
    }

    [Fact]
    public async Task TheOpenApiDocumentHasTheRange()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());

        JsonElement schemas = JsonElement.Parse(await api.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative))).GetProperty("components").GetProperty("schemas");

        Assert.All((string[])["ChatCompletionRequest", "CompletionRequest"], name =>
        {
            JsonElement field = schemas.GetProperty(name).GetProperty("properties").GetProperty("priority");
            Assert.Equal((-100, 100), (field.GetProperty("minimum").GetInt32(), field.GetProperty("maximum").GetInt32()));
        });
    }

    private static string Field(int? priority) => priority is null ? "" : $"\"priority\":{priority}";

    private static async Task<ApiFixture> StartAsync(ScriptedService service, string key)
    {
        ApiFixture api = await ApiFixture.StartAsync(service, options => options.ApiKeys = [.. Keys]);
        api.Http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        return api;
    }
}
