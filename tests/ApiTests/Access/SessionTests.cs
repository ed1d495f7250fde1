using System.Net;
using System.Text.Json;
using OrleansInference.ApiTests.Scripted;

namespace OrleansInference.ApiTests.Access;

/// <summary>Administration of the conversations and responses of tenants.</summary>
public sealed class SessionTests
{
    private const string Path = "/admin/sessions";

    [Fact]
    public async Task Sessions_of_a_tenant_are_listed_in_parts_shown_exported_and_deleted()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        await api.CreateTenantAsync("team");
        await api.CreateTenantAsync("other");
        string user = (await api.CreateKeyAsync("team")).Text, admin = (await api.CreateKeyAsync("team", role: "tenant-admin")).Text;
        string foreign = (await api.CreateKeyAsync("other", role: "tenant-admin")).Text;
        string conversation = await CreateAsync("/v1/conversations", """{"items":[{"role":"user","content":"say tea"}]}""");
        string response = await CreateAsync("/v1/responses", $$"""{"model":"scripted","input":"say tea","conversation":"{{conversation}}"}""");
        string second = await CreateAsync("/v1/responses", """{"model":"scripted","input":"say milk"}""");

        List<JsonElement> listed = [];
        JsonElement part;
        do
        {
            part = await OkAsync(HttpMethod.Get, $"{Path}?limit=1&after={(listed.Count > 0 ? Id(listed[^1]) : string.Empty)}");
            listed.AddRange(part.GetProperty("data").EnumerateArray());
        }
        while (part.GetProperty("has_more").GetBoolean());
        Assert.Equal([(conversation, "conversation", 4), (response, "response", 3), (second, "response", 3)], listed.Select(static session => (Id(session), session.GetProperty("kind").GetString()!, session.GetProperty("items").GetInt32())));
        Assert.All(listed, static session => Assert.Equal(("team", 30), (session.GetProperty("tenant").GetString(), (session.GetProperty("expires_at").GetDateTimeOffset() - session.GetProperty("created_at").GetDateTimeOffset()).Days)));
        Assert.Equal(listed[1].GetRawText(), (await OkAsync(HttpMethod.Get, $"{Path}/{response}")).GetRawText());

        JsonElement exported = await OkAsync(HttpMethod.Get, $"{Path}/{conversation}/export");
        Assert.Equal((4, response), (exported.GetProperty("items").GetArrayLength(), exported.GetProperty("responses")[0].GetString()));
        exported = await OkAsync(HttpMethod.Get, $"{Path}/{second}/export");
        Assert.Equal(("response.export", second, "completed"), (exported.GetProperty("object").GetString(), Id(exported.GetProperty("response")), exported.GetProperty("response").GetProperty("status").GetString()));
        Assert.Equal("say milk", exported.GetProperty("input")[0].GetProperty("content")[0].GetProperty("text").GetString());

        // Another tenant's administrator learns nothing, whether it names the tenant or not.
        foreach (string query in (string[])["", "?tenant=team"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync(HttpMethod.Get, $"{Path}/{second}/export{query}", foreign)).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync(HttpMethod.Delete, $"{Path}/{second}{query}", foreign)).Status);
        }

        Assert.Equal(HttpStatusCode.Forbidden, (await api.SendAsync(HttpMethod.Get, Path, user)).Status);
        foreach (string id in (string[])[conversation, second])
        {
            Assert.True((await OkAsync(HttpMethod.Delete, $"{Path}/{id}")).GetProperty("deleted").GetBoolean());
            (HttpStatusCode status, JsonElement error) = await api.SendAsync(HttpMethod.Delete, $"{Path}/{id}", admin);
            Assert.Equal((HttpStatusCode.NotFound, $"The session '{id}' does not exist."), (status, error.Message()));
        }

        Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync(HttpMethod.Get, $"/v1/responses/{second}", user)).Status);
        Assert.Equal(response, Id(Assert.Single((await OkAsync(HttpMethod.Get, Path)).GetProperty("data").EnumerateArray())));

        async Task<string> CreateAsync(string path, string body) => Id((await api.SendAsync(HttpMethod.Post, path, user, body)).Body);

        async Task<JsonElement> OkAsync(HttpMethod method, string path)
        {
            (HttpStatusCode status, JsonElement body) = await api.SendAsync(method, path, admin);
            Assert.True(status == HttpStatusCode.OK, $"{path}: {status} {body}");
            return body;
        }
    }

    [Fact]
    public async Task A_response_that_is_being_generated_ends_when_it_is_deleted()
    {
        ScriptedService service = new() { Answer = static (_, _) => "abc", Hold = new TaskCompletionSource() };
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        string id = Id((await api.SendAsync(HttpMethod.Post, "/v1/responses", null, """{"model":"scripted","input":"say tea","background":true}""")).Body);
        await service.Asked.Task;
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Delete, $"{Path}/{id}")).Status);
        await service.Generations.Single().Disposed.Task;
    }

    private static string Id(JsonElement document) => document.GetProperty("id").GetString()!;
}
