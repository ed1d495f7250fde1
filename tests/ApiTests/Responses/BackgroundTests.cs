using System.Net;
using System.Text.Json;
using OrleansInference.Api.Storage;
using OrleansInference.ApiTests.Http;
using OrleansInference.ApiTests.Scripted;
using OrleansInference.Models;
using static OrleansInference.ApiTests.Responses.ResponseWire;

namespace OrleansInference.ApiTests.Responses;

/// <summary>Responses that need no client, and those that a client cancels.</summary>
public sealed class BackgroundTests
{
    [Fact]
    public async Task A_background_response_is_answered_immediately_and_ends_by_itself()
    {
        ScriptedService service = new() { Hold = new TaskCompletionSource() };
        await using ApiFixture api = await ApiFixture.StartAsync(service);

        JsonElement started = await api.PostAsync(ResponseWire.Responses, Ask("\"background\":true"));
        Assert.Equal(("queued", true, 0), (started.Status(), started.GetProperty("background").GetBoolean(), started.GetProperty("output").GetArrayLength()));
        await api.PostErrorAsync(ResponseWire.Responses, Ask($"\"previous_response_id\":\"{started.Id()}\""), HttpStatusCode.BadRequest);
        service.Hold.SetResult();

        JsonElement ended = await api.UntilEndedAsync(started.Id());
        Assert.Equal(("completed", "I heard tea."), (ended.Status(), ended.Text()));
    }

    [Fact]
    public async Task A_background_stream_begins_before_the_first_token_and_outlives_its_client()
    {
        ScriptedService service = new() { Answer = (_, _) => "abc", Hold = new TaskCompletionSource() };
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        string id;
        using (HttpResponseMessage response = await ResponseStreamTests.SendAsync(api, Ask("\"background\":true,\"stream\":true"), null))
        {
            id = await ResponseStreamTests.FirstIdAsync(response);
        }

        service.Hold.SetResult();
        Assert.Equal("abc", (await api.UntilEndedAsync(id)).Text());
        JsonElement[] events = Data(await api.TextAsync(HttpMethod.Get, $"{ResponseWire.Responses}/{id}?stream=true"));
        Assert.Equal(["response.created", "response.queued", "response.in_progress"], events[..3].Select(static data => data.Type()));
        Assert.Equal(["queued", "queued", "in_progress", "completed"], events[..3].Append(events[^1]).Select(static data => data.GetProperty("response").Status()));
    }

    [Theory]
    [InlineData("\"background\":true")]
    [InlineData("\"stream\":true")]
    public async Task A_cancelled_response_keeps_what_was_generated(string fields)
    {
        ScriptedService service = new() { Answer = (_, _) => "abc", Hold = new TaskCompletionSource() };
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        using HttpResponseMessage response = await ResponseStreamTests.SendAsync(api, Ask("\"stream\":true," + fields.Replace("\"stream\":true", "\"user\":\"me\"", StringComparison.Ordinal)), null);
        string id = await ResponseStreamTests.FirstIdAsync(response);
        Task<string> reading = api.TextAsync(HttpMethod.Get, $"{ResponseWire.Responses}/{id}?stream=true");
        while (service.Generations.IsEmpty || service.Generations.Single().TokensGiven == 0)
        {
            await Task.Yield();
        }

        JsonElement cancelled = await api.PostAsync($"{ResponseWire.Responses}/{id}/cancel", "");

        Assert.Equal("cancelled", cancelled.Status());
        await service.Generations.Single().Disposed.Task;
        string stream = await reading;
        Assert.Equal(("response.incomplete", "cancelled"), (Data(stream)[^1].Type(), Data(stream)[^1].GetProperty("response").Status()));
        Assert.Equal(stream, await api.TextAsync(HttpMethod.Get, $"{ResponseWire.Responses}/{id}?stream=true"));
        Assert.Equal("cancelled", (await api.PostAsync($"{ResponseWire.Responses}/{id}/cancel", "")).Status());
    }

    [Fact]
    public async Task Cancelling_what_has_ended_changes_nothing()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        JsonElement response = await api.PostAsync(ResponseWire.Responses, Ask());
        Assert.Equal(response.GetRawText(), (await api.PostAsync($"{ResponseWire.Responses}/{response.Id()}/cancel", "")).GetRawText());
    }

    [Fact]
    public async Task Deleting_a_response_stops_it()
    {
        ScriptedService service = new() { Hold = new TaskCompletionSource() };
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        string id = (await api.PostAsync(ResponseWire.Responses, Ask("\"background\":true"))).Id();
        while (service.Generations.IsEmpty)
        {
            await Task.Yield();
        }

        await api.DeleteAsync($"{ResponseWire.Responses}/{id}");
        await service.Generations.Single().Disposed.Task;
        await api.ErrorAsync(HttpMethod.Get, $"{ResponseWire.Responses}/{id}", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_failed_background_response_says_why()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService { FailToStart = new InferenceException(ErrorCode.OutOfMemory, "told why") });
        string id = (await api.PostAsync(ResponseWire.Responses, Ask("\"background\":true"))).Id();
        JsonElement failed = await api.UntilEndedAsync(id);
        Assert.Equal(("failed", "out_of_memory", "told why"), (failed.Status(), failed.GetProperty("error").GetProperty("code").GetString(), failed.GetProperty("error").GetProperty("message").GetString()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Another_node_continues_a_stream_from_its_session_or_from_the_beginning(bool sessionIsKnown)
    {
        // Two servers over one store are two nodes; the second has the sessions of the first only if they share the service.
        MemoryResponseStore store = new();
        ScriptedService scripted = new() { Hold = new TaskCompletionSource() };
        ResumableService service = new(scripted);
        ScriptedService other = new() { Hold = scripted.Hold };
        await using ApiFixture first = await ApiFixture.StartAsync(service, store: store);
        await using ApiFixture second = await ApiFixture.StartAsync(sessionIsKnown ? service : new ResumableService(other), store: store);
        using HttpResponseMessage response = await ResponseStreamTests.SendAsync(first, Ask("\"background\":true,\"stream\":true"), null);
        string id = await ResponseStreamTests.FirstIdAsync(response);
        while (service.Generations.IsEmpty)
        {
            await Task.Yield();
        }

        Task<string> continued = second.TextAsync(HttpMethod.Get, $"{ResponseWire.Responses}/{id}?stream=true&starting_after=3");
        while (sessionIsKnown ? service.Generations.Count < 2 : other.Requests.IsEmpty)
        {
            await Task.Yield();
        }

        scripted.Hold.SetResult();
        string[] whole = Events(await first.TextAsync(HttpMethod.Get, $"{ResponseWire.Responses}/{id}?stream=true"));
        Assert.Equal(Plain(whole[4..]), Plain(Events(await continued)));
        Assert.Equal(sessionIsKnown ? 0 : 1, other.Requests.Count);
        if (!sessionIsKnown)
            Assert.Equal(scripted.LastRequest.Sampling.Seed, other.LastRequest.Sampling.Seed);
    }

    [Fact]
    public async Task A_node_that_stops_leaves_its_responses_to_others()
    {
        MemoryResponseStore store = new();
        ScriptedService scripted = new() { Hold = new TaskCompletionSource() };
        ResumableService service = new(scripted);
        await using ApiFixture second = await ApiFixture.StartAsync(service, store: store);
        await using ApiFixture first = await ApiFixture.StartAsync(service, store: store);
        string id = (await first.PostAsync(ResponseWire.Responses, Ask("\"background\":true"))).Id();
        while (scripted.Generations.IsEmpty || scripted.Generations.Single().TokensGiven == 0)
        {
            await Task.Yield();
        }

        await first.StopAsync();
        Assert.True(await service.Generations.Single().Ended.Task);
        scripted.Hold.SetResult();
        Assert.Equal("response.completed", Data(await second.TextAsync(HttpMethod.Get, $"{ResponseWire.Responses}/{id}?stream=true"))[^1].Type());
        Assert.Equal("I heard tea.", (await second.GetAsync($"{ResponseWire.Responses}/{id}")).Text());
    }

    // Each node measures the time of the end on its own clock until it is stored.
    private static string[] Plain(string[] events) => [.. events.Select(static text => System.Text.RegularExpressions.Regex.Replace(text, "\"completed_at\":\\d+", "T"))];
}
