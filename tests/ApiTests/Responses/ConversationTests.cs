using System.Net;
using System.Text.Json;
using OrleansInference.ApiTests.Http;
using OrleansInference.ApiTests.Scripted;
using static OrleansInference.ApiTests.Responses.ResponseWire;

namespace OrleansInference.ApiTests.Responses;

/// <summary>Conversations and their items.</summary>
public sealed class ConversationTests
{
    [Fact]
    public async Task A_conversation_is_created_changed_and_deleted()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());

        JsonElement made = await api.PostAsync(Conversations, """{"metadata":{"topic":"tea"},"items":[{"role":"user","content":"say tea"}]}""");
        string path = $"{Conversations}/{made.Id()}";
        Assert.StartsWith("conv_", made.Id(), StringComparison.Ordinal);
        Assert.Equal(("conversation", "tea"), (made.GetProperty("object").GetString(), made.GetProperty("metadata").GetProperty("topic").GetString()));
        Assert.Equal(made.GetRawText(), (await api.GetAsync(path)).GetRawText());

        await api.PostAsync(path, """{"metadata":{"topic":"milk"}}""");
        Assert.Equal("milk", (await api.GetAsync(path)).GetProperty("metadata").GetProperty("topic").GetString());
        await api.PostErrorAsync(path, "{}", HttpStatusCode.BadRequest);

        Assert.Equal("conversation.deleted", (await api.DeleteAsync(path)).GetProperty("object").GetString());
        foreach ((HttpMethod method, string suffix) in ((HttpMethod, string)[])[(HttpMethod.Get, ""), (HttpMethod.Delete, ""), (HttpMethod.Get, "/items"), (HttpMethod.Get, "/export"), (HttpMethod.Get, "/items/msg_1"), (HttpMethod.Delete, "/items/msg_1")])
        {
            await api.ErrorAsync(method, path + suffix, HttpStatusCode.NotFound);
        }

        await api.PostErrorAsync($"{path}/items", """{"items":[{"role":"user","content":"x"}]}""", HttpStatusCode.NotFound);
        await api.PostErrorAsync(path, """{"metadata":{}}""", HttpStatusCode.NotFound);
        await api.PostErrorAsync(ResponseWire.Responses, Ask($"\"conversation\":\"{made.Id()}\""), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Items_are_added_listed_in_parts_and_deleted()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        string path = $"{Conversations}/{(await api.PostAsync(Conversations, """{"items":[{"role":"user","content":"0"}]}""")).Id()}";
        JsonElement added = await api.PostAsync($"{path}/items", """{"items":[{"role":"user","content":"1"},{"role":"assistant","content":"2"},{"type":"function_call_output","call_id":"c","output":"3"}]}""");
        string[] ids = [.. added.GetProperty("data").EnumerateArray().Select(static item => item.Id())];
        Assert.Equal(3, ids.Length);

        Assert.Equal(["0", "1"], await TextsAsync("order=asc&limit=2"));
        Assert.Equal(["2", "3"], await TextsAsync($"order=asc&after={ids[0]}"));
        Assert.Equal(["3", "2", "1", "0"], await TextsAsync(""));
        Assert.Equal(["1", "0"], await TextsAsync($"after={ids[1]}"));
        JsonElement part = await api.GetAsync($"{path}/items?limit=1");
        Assert.Equal((true, ids[2], ids[2]), (part.GetProperty("has_more").GetBoolean(), part.GetProperty("first_id").GetString(), part.GetProperty("last_id").GetString()));
        await api.ErrorAsync(HttpMethod.Get, $"{path}/items?after=msg_unknown", HttpStatusCode.BadRequest);

        Assert.Equal("output_text", (await api.GetAsync($"{path}/items/{ids[1]}")).GetProperty("content")[0].Type());
        Assert.Equal("conversation", (await api.DeleteAsync($"{path}/items/{ids[1]}")).GetProperty("object").GetString());
        await api.ErrorAsync(HttpMethod.Get, $"{path}/items/{ids[1]}", HttpStatusCode.NotFound);
        await api.ErrorAsync(HttpMethod.Delete, $"{path}/items/{ids[1]}", HttpStatusCode.NotFound);
        Assert.Equal(["0", "1", "3"], await TextsAsync("order=asc"));

        async Task<string[]> TextsAsync(string query) => [.. (await api.GetAsync($"{path}/items?{query}")).GetProperty("data").EnumerateArray()
            .Select(static item => item.TryGetProperty("content", out JsonElement content) ? content[0].GetProperty("text").GetString()! : item.GetProperty("output").GetString()!)];
    }

    [Fact]
    public async Task A_response_continues_its_conversation_and_adds_its_turn()
    {
        ScriptedService service = new();
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        string id = (await api.PostAsync(Conversations, """{"items":[{"role":"system","content":"rules"}]}""")).Id();

        JsonElement first = await api.PostAsync(ResponseWire.Responses, Ask($"\"conversation\":\"{id}\""));
        await api.StreamAsync(ResponseWire.Responses, Ask($"\"stream\":true,\"conversation\":{{\"id\":\"{id}\"}}", "\"say milk\""));

        Assert.Equal(id, first.GetProperty("conversation").Id());
        Assert.Equal("<bos>[system]rules<eos>[user]say tea<eos>[assistant]Hmm tea.I heard tea.<eos>[user]say milk<eos>[assistant]", ScriptedService.Text.Tokenizer.Decode(service.LastRequest.Prompt.Span, skipSpecialTokens: false));
        JsonElement[] items = [.. (await api.GetAsync($"{Conversations}/{id}/items?order=asc")).GetProperty("data").EnumerateArray()];
        Assert.Equal(["message", "message", "reasoning", "message", "message", "reasoning", "message"], items.Select(static item => item.Type()));
        Assert.Equal(first.GetProperty("output")[1].GetRawText(), items[3].GetRawText());

        JsonElement export = await api.GetAsync($"{Conversations}/{id}/export");
        Assert.Equal(items.Select(static item => item.GetRawText()), export.GetProperty("items").EnumerateArray().Select(static item => item.GetRawText()));
        Assert.Equal((id, 2, first.Id()), (export.GetProperty("conversation").Id(), export.GetProperty("responses").GetArrayLength(), export.GetProperty("responses")[0].GetString()));

        await api.DeleteAsync($"{Conversations}/{id}");
        Assert.Equal("completed", (await api.GetAsync($"{ResponseWire.Responses}/{first.Id()}")).Status());
    }

    [Fact]
    public async Task A_cancelled_response_adds_nothing()
    {
        ScriptedService service = new() { Hold = new TaskCompletionSource() };
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        string id = (await api.PostAsync(Conversations, "{}")).Id();
        string response = (await api.PostAsync(ResponseWire.Responses, Ask($"\"background\":true,\"conversation\":\"{id}\""))).Id();
        await api.PostAsync($"{ResponseWire.Responses}/{response}/cancel", "");
        Assert.Equal(0, (await api.GetAsync($"{Conversations}/{id}/items")).GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task Another_tenants_conversation_is_as_unknown_as_one_that_never_was()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService(), options => options.ApiKeys = [new() { Key = "a", Tenant = "team-a" }, new() { Key = "b", Tenant = "team-b" }]);
        api.Http.DefaultRequestHeaders.Authorization = new("Bearer", "a");
        string id = (await api.PostAsync(Conversations, """{"items":[{"role":"user","content":"x"}]}""")).Id();
        string unknown = id[..^1] + (id[^1] == '0' ? '1' : '0');
        string item = (await api.GetAsync($"{Conversations}/{id}/items")).GetProperty("first_id").GetString()!;
        foreach ((HttpMethod method, string suffix) in ((HttpMethod, string)[])[(HttpMethod.Get, ""), (HttpMethod.Get, "/items"), (HttpMethod.Get, $"/items/{item}"), (HttpMethod.Get, "/export"), (HttpMethod.Delete, $"/items/{item}"), (HttpMethod.Delete, "")])
        {
            string foreign = (await api.ErrorAsync(method, $"{Conversations}/{id}{suffix}", HttpStatusCode.NotFound, "b")).GetRawText();
            string never = (await api.ErrorAsync(method, $"{Conversations}/{unknown}{suffix}", HttpStatusCode.NotFound, "b")).GetRawText();
            Assert.Equal(never, foreign.Replace(id, unknown, StringComparison.Ordinal));
        }

        Assert.Equal(id, (await api.GetAsync($"{Conversations}/{id}")).Id());
    }
}
