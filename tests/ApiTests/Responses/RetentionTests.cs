using System.Net;
using System.Text.Json;
using OrleansInference.Api.Storage;
using OrleansInference.ApiTests.Http;
using OrleansInference.ApiTests.Scripted;
using static OrleansInference.ApiTests.Responses.ResponseWire;

namespace OrleansInference.ApiTests.Responses;

/// <summary>How long responses and conversations are kept.</summary>
public sealed class RetentionTests
{
    [Fact]
    public async Task A_tenants_responses_and_conversations_are_kept_as_long_as_its_setting_says()
    {
        MemoryResponseStore store = new();
        Dictionary<string, string?> settings = new()
        {
            ["Api:ApiKeys:0:Key"] = "a",
            ["Api:ApiKeys:0:Tenant"] = "team-a",
            ["Api:ApiKeys:1:Key"] = "b",
            ["Api:ApiKeys:1:Tenant"] = "team-b",
            ["Api:TenantResponseRetention:team-a"] = "1.00:00:00",
        };
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService(), settings: settings, store: store);
        Dictionary<string, (string Response, string Conversation)> ids = [];
        foreach (string key in (string[])["a", "b"])
        {
            api.Http.DefaultRequestHeaders.Authorization = new("Bearer", key);
            ids[key] = ((await api.PostAsync(ResponseWire.Responses, Ask())).Id(), (await api.PostAsync(Conversations, "{}")).Id());
        }

        Assert.Equal(2, await store.PruneAsync(DateTimeOffset.UtcNow.AddDays(2)));

        await api.GetAsync($"{ResponseWire.Responses}/{ids["b"].Response}");
        await api.GetAsync($"{Conversations}/{ids["b"].Conversation}");
        await api.ErrorAsync(HttpMethod.Get, $"{ResponseWire.Responses}/{ids["a"].Response}", HttpStatusCode.NotFound, "a");
        await api.ErrorAsync(HttpMethod.Get, $"{Conversations}/{ids["a"].Conversation}", HttpStatusCode.NotFound, "a");
        Assert.Equal(2, await store.PruneAsync(DateTimeOffset.UtcNow.AddDays(31)));
    }

    [Fact]
    public async Task Without_a_database_the_oldest_ended_responses_make_room()
    {
        MemoryResponseStore store = new();
        DateTimeOffset start = DateTimeOffset.UnixEpoch;
        StoredResponse running = new("team", "running", start) { Document = "{}", Input = "[]" };
        await store.AddAsync(running);
        for (int number = 0; number < 11_000; number++)
        {
            await store.AddAsync(running with { Id = $"{number}", CreatedAt = start.AddSeconds(number), Status = ResponseStatus.Completed });
        }

        Assert.NotNull(await store.FindAsync("team", "running"));
        Assert.Null(await store.FindAsync("team", "0"));
        Assert.NotNull(await store.FindAsync("team", "1500"));
    }

    [Fact]
    public async Task The_OpenAPI_document_describes_parameters_of_lists_and_streams()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        JsonElement paths = (await api.GetAsync("/openapi/v1.json")).GetProperty("paths");
        Assert.Equal(["limit", "order", "after"], Queries("/v1/conversations/{id}/items"));
        Assert.Equal(["limit", "order", "after"], Queries("/v1/responses/{id}/input_items"));
        Assert.Equal(["stream", "starting_after"], Queries("/v1/responses/{id}"));

        string[] Queries(string path) => [.. paths.GetProperty(path).GetProperty("get").GetProperty("parameters").EnumerateArray()
            .Where(static parameter => parameter.GetProperty("in").GetString() == "query").Select(static parameter => parameter.GetProperty("name").GetString()!)];
    }
}
