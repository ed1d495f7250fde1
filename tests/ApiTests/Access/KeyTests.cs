using System.Net;
using System.Text.Json;
using OrleansInference.Api;
using OrleansInference.Api.Access;
using OrleansInference.ApiTests.Http;
using OrleansInference.ApiTests.Scripted;
using OrleansInference.Engine.Requests;

namespace OrleansInference.ApiTests.Access;

/// <summary>Keys that were created, from their creation to their end.</summary>
public sealed class KeyTests
{
    [Fact]
    public async Task The_first_key_closes_the_server()
    {
        ScriptedService service = new();
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Post, Wire.Chat, "sk-any", Wire.Ask())).Status);

        await api.CreateTenantAsync("team");
        (string id, string text) = await api.CreateKeyAsync("team");

        Assert.Equal(HttpStatusCode.Unauthorized, (await api.SendAsync(HttpMethod.Post, Wire.Chat, "sk-any", Wire.Ask())).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await api.SendAsync(HttpMethod.Post, Wire.Chat, null, Wire.Ask())).Status);
        foreach (string header in (string[])["Authorization", "x-api-key", "api-key"])
        {
            Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Post, Wire.Chat, text, Wire.Ask(), header)).Status);
        }

        Assert.Equal("team", service.LastRequest.Tenant);
        Assert.StartsWith($"oi-{id}-", text, StringComparison.Ordinal);

        // A revoked key does not open the server again.
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Delete, $"/admin/keys/{id}")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await api.SendAsync(HttpMethod.Post, Wire.Chat, text, Wire.Ask())).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await api.SendAsync(HttpMethod.Post, Wire.Chat, null, Wire.Ask())).Status);
    }

    [Fact]
    public async Task The_text_of_a_key_is_shown_once()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        await api.CreateTenantAsync("team");
        (string id, string text) = await api.CreateKeyAsync("team", fields: """ "label":"for tests","scopes":["generate"],"limits":{"streams":2,"models":["scripted"]},"expires_in":60 """);

        JsonElement key = (await api.SendAsync(HttpMethod.Get, $"/admin/keys/{id}")).Body;
        Assert.Equal(("team", "user", "for tests"), (key.GetProperty("tenant").GetString(), key.GetProperty("role").GetString(), key.GetProperty("label").GetString()));
        Assert.Equal("generate", Assert.Single(key.GetProperty("scopes").EnumerateArray()).GetString());
        Assert.Equal(2, key.GetProperty("limits").GetProperty("streams").GetInt32());
        Assert.Equal(60, (key.GetProperty("expires_at").GetDateTimeOffset() - key.GetProperty("created_at").GetDateTimeOffset()).TotalSeconds, 3);
        JsonElement list = (await api.SendAsync(HttpMethod.Get, "/admin/keys?tenant=team")).Body;
        Assert.Equal(id, Assert.Single(list.GetProperty("data").EnumerateArray()).GetProperty("id").GetString());
        string secret = text.Split('-')[2];
        Assert.DoesNotContain(secret, key.ToString() + list.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revocation_ends_the_streams_of_the_key()
    {
        ScriptedService service = new() { Hold = new TaskCompletionSource(), Answer = static (_, _) => "abc" };
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        await api.CreateTenantAsync("team");
        (string id, string text) = await api.CreateKeyAsync("team");
        using HttpRequestMessage request = new(HttpMethod.Post, Wire.Completions) { Content = new StringContent(Wire.Complete("\"stream\":true"), System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new("Bearer", text);
        using HttpResponseMessage response = await api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using StreamReader stream = new(await response.Content.ReadAsStreamAsync());
        Assert.StartsWith("data: ", await stream.ReadLineAsync(), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Delete, $"/admin/keys/{id}")).Status);

        string rest = await stream.ReadToEndAsync();
        Assert.Contains("event: error", rest, StringComparison.Ordinal);
        Assert.Contains("The API key was revoked or has expired, or its tenant was disabled, while the request ran.", rest, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", rest, StringComparison.Ordinal);
        await service.Generations.Single().Disposed.Task;
    }

    [Fact]
    public async Task A_revocation_ends_a_request_that_waits_for_its_whole_answer()
    {
        ScriptedService service = new() { Hold = new TaskCompletionSource() };
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        await api.CreateTenantAsync("team");
        (string id, string text) = await api.CreateKeyAsync("team");
        Task<(HttpStatusCode Status, JsonElement Body)> answer = api.SendAsync(HttpMethod.Post, Wire.Chat, text, Wire.Ask());
        await service.Asked.Task;

        await api.SendAsync(HttpMethod.Patch, "/admin/tenants/team", null, """{"disabled":true}""");

        Assert.Equal(HttpStatusCode.Unauthorized, (await answer).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await api.SendAsync(HttpMethod.Post, Wire.Chat, text, Wire.Ask())).Status);
        service.Hold = null;
        await api.SendAsync(HttpMethod.Patch, "/admin/tenants/team", null, """{"disabled":false}""");
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Post, Wire.Chat, text, Wire.Ask())).Status);
    }

    [Fact]
    public async Task A_rotated_key_and_its_successor_are_both_accepted_for_the_overlap()
    {
        ManualTime time = new();
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService(), time: time);
        await api.CreateTenantAsync("team");
        (string id, string text) = await api.CreateKeyAsync("team", fields: """ "limits":{"streams":5} """);

        (HttpStatusCode status, JsonElement successor) = await api.SendAsync(HttpMethod.Post, $"/admin/keys/{id}/rotate", null, """{"overlap":100}""");

        Assert.Equal((HttpStatusCode.Created, 5), (status, successor.GetProperty("limits").GetProperty("streams").GetInt32()));
        string next = successor.GetProperty("key").GetString()!;
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await ModelsAsync(api, text), await ModelsAsync(api, next)));
        Assert.Equal(HttpStatusCode.Conflict, (await api.SendAsync(HttpMethod.Post, $"/admin/keys/{id}/rotate")).Status);
        time.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (await ModelsAsync(api, text), await ModelsAsync(api, next)));
    }

    [Fact]
    public async Task A_key_has_the_rights_of_its_scopes_alone()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        await api.CreateTenantAsync("team");
        (_, string text) = await api.CreateKeyAsync("team", role: "tenant-admin", fields: """ "scopes":["manage-tenant"] """);
        (HttpStatusCode status, JsonElement body) = await api.SendAsync(HttpMethod.Post, Wire.Chat, text, Wire.Ask());
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Equal("This request needs the right 'generate', which a key with the role 'tenant-admin' and its scopes does not have.", body.Message());
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Get, "/admin/keys", text)).Status);

        // It cannot create a key that may do more.
        (status, body) = await api.SendAsync(HttpMethod.Post, "/admin/keys", text, "{}");
        Assert.Equal((HttpStatusCode.Forbidden, "A key with the role 'tenant-admin' and its scopes cannot create one with more rights."), (status, body.Message()));
    }

    [Fact]
    public async Task A_request_has_the_policy_of_its_tenant_as_of_its_start()
    {
        ScriptedService service = new();
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        await api.CreateTenantAsync("team", limits: """{"weight":2.1}""");
        (_, string text) = await api.CreateKeyAsync("team");
        await api.SendAsync(HttpMethod.Post, Wire.Chat, text, Wire.Ask());
        TenantPolicy first = service.LastRequest.Policy;
        Assert.Equal(2.1, first.Weight);

        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Patch, "/admin/tenants/team", null, """{"limits":{"weight":0.5}}""")).Status);
        await api.SendAsync(HttpMethod.Post, Wire.Chat, text, Wire.Ask());
        TenantPolicy second = service.LastRequest.Policy;
        Assert.Equal(0.5, second.Weight);
        Assert.True(second.Change > first.Change, $"{second.Change} after {first.Change}");
    }

    [Theory]
    [InlineData("weight", "2")]
    [InlineData("kv_bytes", "1000")]
    [InlineData("shared_prefixes", "true")]
    public async Task A_limit_of_tenants_is_refused_for_a_key(string limit, string value)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        await api.CreateTenantAsync("team");
        (string id, _) = await api.CreateKeyAsync("team");
        (HttpMethod, string, string)[] requests = [(HttpMethod.Post, "/admin/keys", "\"tenant\":\"team\","), (HttpMethod.Patch, $"/admin/keys/{id}", "")];
        foreach ((HttpMethod method, string path, string tenant) in requests)
        {
            (HttpStatusCode status, JsonElement body) = await api.SendAsync(method, path, null, $$$"""{{{{tenant}}}"limits":{"{{{limit}}}":{{{value}}}}}""");
            Assert.Equal((HttpStatusCode.BadRequest, $"'limits.{limit}' is a limit of tenants, which keys cannot have."), (status, body.Message()));
        }
    }

    [Fact]
    public async Task A_key_may_be_limited_to_models_and_priorities()
    {
        ScriptedService service = new();
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        await api.CreateTenantAsync("other", limits: """{"models":["another"]}""");
        (_, string other) = await api.CreateKeyAsync("other");
        (HttpStatusCode status, JsonElement body) = await api.SendAsync(HttpMethod.Post, Wire.Chat, other, Wire.Ask());
        Assert.Equal((HttpStatusCode.NotFound, "The model 'scripted' does not exist, or this API key may not use it."), (status, body.Message()));
        Assert.Empty((await api.SendAsync(HttpMethod.Get, "/v1/models", other)).Body.GetProperty("data").EnumerateArray());
        Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync(HttpMethod.Get, "/v1/models/scripted", other)).Status);

        await api.CreateTenantAsync("team", limits: """{"max_priority":5}""");
        (_, string high) = await api.CreateKeyAsync("team", fields: """ "limits":{"max_priority":50} """);
        (_, string low) = await api.CreateKeyAsync("team", fields: """ "limits":{"max_priority":-1} """);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Post, Wire.Chat, high, Wire.Ask("\"priority\":5"))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await api.SendAsync(HttpMethod.Post, Wire.Chat, high, Wire.Ask("\"priority\":6"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Post, Wire.Chat, low, Wire.Ask())).Status);
        Assert.Equal(-1, service.LastRequest.Priority);
    }

    [Theory]
    [InlineData(0, 7)]
    [InlineData(253402214398, 1)] // in the last day that has a successor
    [InlineData(253402214400, 0)]
    [InlineData(long.MaxValue, 0)]
    public async Task Usage_is_read_from_any_day_that_has_a_successor(long start, int days)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        (HttpStatusCode status, JsonElement page) = await api.SendAsync(HttpMethod.Get, $"/v1/organization/usage/completions?start_time={start}&end_time=253402214399");
        Assert.Equal(days == 0 ? HttpStatusCode.BadRequest : HttpStatusCode.OK, status);
        if (days > 0)
        {
            Assert.Equal(days, page.GetProperty("data").GetArrayLength());
        }
    }

    [Fact]
    public async Task Until_an_administrator_has_a_key_programs_on_this_machine_administer()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        await api.CreateTenantAsync("team");
        (_, string user) = await api.CreateKeyAsync("team");
        (_, string admin) = await api.CreateKeyAsync("default", role: "cluster-admin"); // keys of users exist, and the default tenant need not be created

        Assert.Equal(HttpStatusCode.Unauthorized, (await api.SendAsync(HttpMethod.Get, "/admin/tenants")).Status);
        (HttpStatusCode status, JsonElement body) = await api.SendAsync(HttpMethod.Get, "/admin/tenants", user);
        Assert.Equal((HttpStatusCode.Forbidden, "insufficient_permissions"), (status, body.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(["default", "team"], (await api.SendAsync(HttpMethod.Get, "/admin/tenants", admin)).Body.GetProperty("data").EnumerateArray().Select(static tenant => tenant.GetProperty("tenant").GetString()!));
    }

    [Theory]
    [InlineData(KeyRule.Auto, true, HttpStatusCode.OK)]
    [InlineData(KeyRule.On, true, HttpStatusCode.Unauthorized)]
    [InlineData(KeyRule.Auto, false, HttpStatusCode.Unauthorized)]
    [InlineData(KeyRule.Off, false, HttpStatusCode.OK)]
    public async Task An_address_that_other_machines_reach_needs_a_key(KeyRule rule, bool loopback, HttpStatusCode expected)
    {
        ServerOptions server = new() { Address = loopback ? IPAddress.Loopback : IPAddress.Any, Port = 0, RequireKeys = rule, AdminKey = "the administrator's" };
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService(), server: server);
        Assert.Equal(expected, await ModelsAsync(api, null));
        Assert.Equal(HttpStatusCode.OK, await ModelsAsync(api, "the administrator's"));
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Get, "/health")).Status);
    }

    [Theory]
    [InlineData("/admin/tenants", """{}""", "'name' is required.")]
    [InlineData("/admin/tenants", """{"name":"a b"}""", "'name' is 'a b', but must be 1 to 64 letters, digits, '-', '_' or '.'.")]
    [InlineData("/admin/tenants", """{"name":"a","limits":{"streams":0}}""", "'limits' is refused: streams is 0, but must be at least 1.")]
    [InlineData("/admin/tenants", """{"name":"a","limits":{"flows":1}}""", "'limits.flows' is not a supported field.")]
    [InlineData("/admin/tenants", """{"name":"a","limits":{"weight":0}}""", "'limits.weight' must be a number from 0.001 to 1000, but is 0.")]
    [InlineData("/admin/keys", """{"role":"owner"}""", "'role' is 'owner', but must be one of user, auditor, tenant-admin, cluster-admin.")]
    [InlineData("/admin/keys", """{"scopes":["generate","manage-cluster"]}""", "'scopes' contains 'manage-cluster', which the role 'user' does not have.")]
    [InlineData("/admin/keys", """{"scopes":["all"]}""", "'scopes[0]' is 'all', but must be one of generate, read-usage, manage-tenant, manage-cluster, read-status.")]
    [InlineData("/admin/keys", """{"expires_in":0}""", "'expires_in' must be an integer from 1 to 316224000, but is 0.")]
    public async Task Wrong_fields_are_named(string path, string body, string message)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        (HttpStatusCode status, JsonElement answer) = await api.SendAsync(HttpMethod.Post, path, null, body);
        Assert.Equal((HttpStatusCode.BadRequest, message), (status, answer.Message()));
    }

    private static async Task<HttpStatusCode> ModelsAsync(ApiFixture api, string? key) => (await api.SendAsync(HttpMethod.Get, "/v1/models", key)).Status;
}
