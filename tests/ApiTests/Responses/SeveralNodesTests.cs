using System.Net;
using System.Text.Json;
using OrleansInference.ApiTests.Http;
using OrleansInference.ApiTests.Scripted;
using OrleansInference.Models;
using static OrleansInference.ApiTests.Responses.ResponseWire;

namespace OrleansInference.ApiTests.Responses;

/// <summary>Servers that report to one store: what happens to a response on one node is followed by the others.</summary>
public sealed class SeveralNodesTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_response_that_is_cancelled_or_deleted_on_one_node_stops_on_the_other(bool deletes)
    {
        DurableStore store = new();
        ScriptedService service = new() { Answer = (_, _) => "abc", Hold = new TaskCompletionSource() };
        await using ApiFixture first = await ApiFixture.StartAsync(service, durable: store);
        await using ApiFixture second = await ApiFixture.StartAsync(new ScriptedService(), durable: store);
        using HttpResponseMessage response = await ResponseStreamTests.SendAsync(first, Ask("\"stream\":true"), null);
        string id = await ResponseStreamTests.FirstIdAsync(response);

        if (deletes)
            await second.DeleteAsync($"{ResponseWire.Responses}/{id}");
        else
            Assert.Equal("cancelled", (await second.PostAsync($"{ResponseWire.Responses}/{id}/cancel", "")).Status());
        await service.Generations.Single().Disposed.Task;

        if (deletes)
        {
            await first.ErrorAsync(HttpMethod.Get, $"{ResponseWire.Responses}/{id}", HttpStatusCode.NotFound);
            return;
        }

        string text;
        do
        {
            text = (await second.GetAsync($"{ResponseWire.Responses}/{id}")).Text(); // stored by the node that generated it
        }
        while (text.Length == 0);
        Assert.Equal("a", text);
    }

    [Fact]
    public async Task A_response_that_starts_on_several_nodes_is_one_session()
    {
        DurableStore store = new();
        ResumableService never = new(new ScriptedService { FailToStart = new InferenceException(ErrorCode.Unavailable, "There is no router.") });
        ResumableService other = new(new ScriptedService(), last: 1000);
        await using ApiFixture first = await ApiFixture.StartAsync(never, durable: store);
        await using ApiFixture second = await ApiFixture.StartAsync(other, durable: store);
        using HttpResponseMessage response = await ResponseStreamTests.SendAsync(first, Ask("\"stream\":true,\"background\":true"), null);
        string id = await ResponseStreamTests.FirstIdAsync(response);

        string whole = await second.TextAsync(HttpMethod.Get, $"{ResponseWire.Responses}/{id}?stream=true");
        Assert.Equal("response.completed", Data(whole)[^1].Type());
        Assert.Equal(Assert.Single(never.Reserved), Assert.Single(other.Generations).Session);
    }

    [Fact]
    public async Task A_response_that_another_node_ends_first_reaches_its_readers_whole()
    {
        DurableStore store = new();
        ScriptedService slow = new() { Answer = (_, _) => "abc", Hold = new TaskCompletionSource() };
        await using ApiFixture first = await ApiFixture.StartAsync(slow, durable: store);
        await using ApiFixture second = await ApiFixture.StartAsync(new ScriptedService { Answer = (_, _) => "abc" }, durable: store);
        using HttpResponseMessage response = await ResponseStreamTests.SendAsync(first, Ask("\"stream\":true,\"background\":true"), null);
        string id = await ResponseStreamTests.FirstIdAsync(response);
        Task<string> reading = first.TextAsync(HttpMethod.Get, $"{ResponseWire.Responses}/{id}?stream=true");

        string whole = await second.TextAsync(HttpMethod.Get, $"{ResponseWire.Responses}/{id}?stream=true");
        Assert.Equal("response.completed", Data(whole)[^1].Type());
        for (int before = store.Reports; store.Reports < before + 2;)
        {
            await Task.Delay(10); // until the first node has learned that the response has ended
        }

        slow.Hold.SetResult();
        Assert.Equal(whole, await reading);
    }
}
