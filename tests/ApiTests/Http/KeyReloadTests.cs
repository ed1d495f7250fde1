using System.Net;
using Microsoft.Extensions.Logging;
using OrleansInference.ApiTests.Scripted;

namespace OrleansInference.ApiTests.Http;

public sealed class KeyReloadTests
{
    private const string First = "Api:ApiKeys:0";

    [Fact]
    public async Task KeysThatChangeAreTakenOverAndLogged()
    {
        NotedLog log = new();
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService(), log: log, settings: new() { [First] = "old" });
        Assert.Equal(HttpStatusCode.OK, await AskAsync(api, "old"));

        Set(api, "new");

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (await AskAsync(api, "old"), await AskAsync(api, "new")));
        Assert.Contains((LogLevel.Information, "API keys were reloaded: 1 in total, 1 added, 1 removed, 0 changed.", null), log.From(LogLevel.Information));
    }

    [Fact]
    public async Task ReadingTheSameKeysAgainIsNotLogged()
    {
        NotedLog log = new();
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService(), log: log, settings: new() { [First] = "old" });
        api.Configuration.Reload();
        Assert.Equal(HttpStatusCode.OK, await AskAsync(api, "old"));
        Assert.DoesNotContain(log.From(LogLevel.Information), static line => line.Text.StartsWith("API keys", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnEmptyKeyOpensNothing()
    {
        NotedLog log = new();
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService(), log: log, settings: new() { [First] = "old" });

        Assert.Throws<AggregateException>(() => Set(api, " ")); // the validator's, which the watch of a file passes over

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (await AskAsync(api, ""), await AskAsync(api, "old")));
        Assert.Contains((LogLevel.Warning, "API keys were not reloaded, because Api:ApiKeys:0 is empty, but must be a key. The server keeps its previous keys (1).", null), log.From(LogLevel.Warning));
    }

    [Fact]
    public async Task WhatAKeyMayNotBeChangesNothing()
    {
        NotedLog log = new();
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService(), log: log, settings: new() { [First] = "old" });
        api.Configuration[$"{First}:MaxPriority"] = "high";

        Assert.Throws<AggregateException>(api.Configuration.Reload);

        Assert.Equal(HttpStatusCode.OK, await AskAsync(api, "old"));
        Assert.Contains("'high' at 'Api:ApiKeys:0:MaxPriority'", Assert.Single(log.From(LogLevel.Warning)).Text, StringComparison.Ordinal);
    }

    private static void Set(ApiFixture api, string key)
    {
        api.Configuration[First] = key;
        api.Configuration.Reload();
    }

    private static async Task<HttpStatusCode> AskAsync(ApiFixture api, string key)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/v1/models");
        request.Headers.Authorization = new("Bearer", key);
        using HttpResponseMessage response = await api.Http.SendAsync(request);
        return response.StatusCode;
    }
}
