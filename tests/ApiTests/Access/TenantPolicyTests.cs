using System.Net;
using System.Text.Json;
using OrleansInference.ApiTests.Http;
using OrleansInference.ApiTests.Sdk;
using OrleansInference.Cli.Hosting;

namespace OrleansInference.ApiTests.Access;

/// <summary>What the records of tenants decide about cached pages, over the demo model: the field <c>cached_tokens</c> of an answer's usage counts the prompt tokens of pages that were found.</summary>
public sealed class TenantPolicyTests
{
    private const string Prompt = "What is 123 + 456? What is 1 + 2? What is 77 + 33? What is 500 + 500? What is 8 + 9?";

    [Fact]
    public async Task Tenants_find_the_pages_of_others_only_where_both_opted_in()
    {
        await using ServedCheckpoint model = ServedCheckpoint.Load(DemoServer.Options, progress: null);
        await using ApiFixture api = await ApiFixture.StartAsync(model.Service, text: model.Text);
        Dictionary<string, string> keys = [];
        foreach ((string tenant, string limits) in ((string, string)[])[("first", Sharing(true)), ("second", Sharing(true)), ("off", Sharing(false)), ("none", "{}")])
        {
            await api.CreateTenantAsync(tenant, limits: limits);
            keys[tenant] = (await api.CreateKeyAsync(tenant)).Text;
        }

        (int cached, string text) = await AskAsync(api, keys["first"]);
        Assert.Equal(0, cached);
        Assert.Equal((0, text), await AskAsync(api, keys["off"]));
        Assert.Equal((0, text), await AskAsync(api, keys["none"]));
        (int found, string shared) = await AskAsync(api, keys["second"]);
        Assert.True(found > 0, "the page of another tenant that shares its prefixes was not found");
        Assert.Equal(text, shared);
        Assert.Equal((found, text), await AskAsync(api, keys["none"])); // its own page

        // A tenant that opts in finds the shared pages with its next request; one that opts out finds its own.
        await SetAsync(api, "none", Sharing(true));
        await SetAsync(api, "second", Sharing(false));
        Assert.Equal((found, text), await AskAsync(api, keys["none"]));
        Assert.Equal((0, text), await AskAsync(api, keys["second"]));
    }

    private static string Sharing(bool on) => on ? """{"shared_prefixes":true}""" : """{"shared_prefixes":false}""";

    private static async Task SetAsync(ApiFixture api, string tenant, string limits) =>
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Patch, $"/admin/tenants/{tenant}", null, $$"""{"limits":{{limits}}}""")).Status);

    private static async Task<(int Cached, string Text)> AskAsync(ApiFixture api, string key, string prompt = Prompt)
    {
        (HttpStatusCode status, JsonElement answer) = await api.SendAsync(HttpMethod.Post, Wire.Completions, key, $$"""{"model":"demo","prompt":"{{prompt}}","max_tokens":8,"temperature":0,"ignore_eos":true}""");
        Assert.True(status == HttpStatusCode.OK, answer.ToString());
        int cached = answer.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32();
        return (cached, answer.GetProperty("choices")[0].GetProperty("text").GetString()!);
    }
}
