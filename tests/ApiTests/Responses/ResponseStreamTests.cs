using System.Net;
using System.Text.Json;
using OrleansInference.ApiTests.Http;
using OrleansInference.ApiTests.Scripted;
using static OrleansInference.ApiTests.Responses.ResponseWire;

namespace OrleansInference.ApiTests.Responses;

/// <summary>Streams of events, which can be continued after any event.</summary>
public sealed class ResponseStreamTests
{
    private const string Tools = "\"stream\":true,\"tools\":[{\"type\":\"function\",\"name\":\"f\"}]";

    private static string Call(int number) => $"<tool_call>{{\"name\":\"f\",\"arguments\":{{\"n\":{number}}}}}</tool_call>";

    [Fact]
    public async Task Events_have_OpenAIs_names_order_and_numbers()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService { Answer = (_, _) => $"<think>\nab</think>\n\ncd{Call(1)}\n{Call(2)}" });

        JsonElement[] events = Data(await api.StreamAsync(ResponseWire.Responses, Ask(Tools)));

        Assert.Equal(
            [
                "response.created", "response.in_progress",
                "response.output_item.added", "response.content_part.added", "response.reasoning_text.delta", "response.reasoning_text.delta",
                "response.reasoning_text.done", "response.content_part.done", "response.output_item.done",
                "response.output_item.added", "response.content_part.added", "response.output_text.delta", "response.output_text.delta",
                "response.output_text.done", "response.content_part.done", "response.output_item.done",
                "response.output_item.added", "response.function_call_arguments.delta", "response.function_call_arguments.done", "response.output_item.done",
                "response.output_item.added", "response.function_call_arguments.delta", "response.function_call_arguments.done", "response.output_item.done",
                "response.completed",
            ],
            events.Select(static data => data.Type()));
        Assert.Equal(Enumerable.Range(0, events.Length), events.Select(static data => data.GetProperty("sequence_number").GetInt32()));
        Assert.Equal([0, 1, 2, 3], events.Where(static data => data.Type() == "response.output_item.done").Select(static data => data.GetProperty("output_index").GetInt32()));
        JsonElement end = events[^1].GetProperty("response");
        Assert.Equal(end.GetProperty("output").EnumerateArray().Select(static item => item.GetRawText()), events.Where(static data => data.Type() == "response.output_item.done").Select(static data => data.GetProperty("item").GetRawText()));
        Assert.Equal((0, "in_progress"), (events[0].GetProperty("response").GetProperty("output").GetArrayLength(), events[0].GetProperty("response").Status()));
        Assert.Equal(end.GetRawText(), (await api.GetAsync($"{ResponseWire.Responses}/{end.Id()}")).GetRawText());
    }

    [Fact]
    public async Task A_delta_is_spelled_as_OpenAIs()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService { Answer = (_, _) => "é" });

        string[] events = Events(await api.StreamAsync(ResponseWire.Responses, Ask("\"stream\":true")));

        string delta = events.Single(static text => text.Contains("output_text.delta", StringComparison.Ordinal));
        string id = delta[4..(4 + "resp_".Length + 32)];
        Assert.Equal(
            $"id: {id}:4\nevent: response.output_text.delta\ndata: {{\"type\":\"response.output_text.delta\",\"sequence_number\":4,\"item_id\":\"msg_{id[5..]}00\",\"output_index\":0,\"content_index\":0,\"delta\":\"é\",\"logprobs\":[]}}",
            delta);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_goes_on_after_any_event_when_it_has_ended(bool resumable)
    {
        ScriptedService scripted = new() { Answer = (_, _) => $"<think>\nwhy</think>\n\nso{Call(1)}" };
        await using ApiFixture api = await ApiFixture.StartAsync(resumable ? new ResumableService(scripted) : scripted);
        string stream = await api.StreamAsync(ResponseWire.Responses, Ask(Tools));
        string[] whole = Events(stream);
        string id = Data(stream)[0].GetProperty("response").Id();

        Assert.Equal(stream, await api.TextAsync(HttpMethod.Get, $"{ResponseWire.Responses}/{id}?stream=true"));
        for (int cut = 0; cut < whole.Length; cut++)
        {
            Assert.Equal(whole[(cut + 1)..], Events(await api.TextAsync(HttpMethod.Get, $"{ResponseWire.Responses}/{id}?stream=true&starting_after={cut}")));
            Assert.Equal(whole[(cut + 1)..], Events(await api.TextAsync(HttpMethod.Get, $"{ResponseWire.Responses}/{id}?stream=true", $"{id}:{cut}")));
        }
    }

    [Fact]
    public async Task A_stream_goes_on_after_any_event_while_it_is_generated()
    {
        ScriptedService service = new() { Answer = (_, _) => "so it is", Hold = new TaskCompletionSource() };
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        using HttpResponseMessage first = await SendAsync(api, Ask("\"stream\":true"), null);
        string id = await FirstIdAsync(first); // then the client goes away
        first.Dispose();

        Task<string>[] others = [.. Enumerable.Range(0, 12).Select(after => api.TextAsync(HttpMethod.Get, $"{ResponseWire.Responses}/{id}?stream=true&starting_after={after}"))];
        using HttpResponseMessage repeated = await SendAsync(api, Ask("\"stream\":true"), $"{id}:1");
        Assert.Equal("in_progress", (await api.GetAsync($"{ResponseWire.Responses}/{id}")).Status());
        service.Hold.SetResult();

        string[] whole = Events(await api.TextAsync(HttpMethod.Get, $"{ResponseWire.Responses}/{id}?stream=true"));
        Assert.Equal(whole[2..], Events(await repeated.Content.ReadAsStringAsync()));
        string[] texts = await Task.WhenAll(others);
        for (int after = 0; after < texts.Length; after++)
        {
            Assert.Equal(whole[(after + 1)..], Events(texts[after]));
        }

        Assert.Single(service.Requests);
    }

    [Theory]
    [InlineData("?stream=true&starting_after=x", null)]
    [InlineData("?stream=true", "nonsense")]
    [InlineData("?stream=true", "resp_other:1")]
    public async Task A_position_that_is_none_is_refused(string query, string? header)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        string id = (await api.PostAsync(ResponseWire.Responses, Ask())).Id();
        using HttpRequestMessage request = new(HttpMethod.Get, $"{ResponseWire.Responses}/{id}{query}");
        request.Headers.TryAddWithoutValidation("Last-Event-ID", header);
        using HttpResponseMessage response = await api.Http.SendAsync(request);
        await Wire.ErrorAsync(response, HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("\"stream\":true,\"store\":false")]
    [InlineData("\"stream\":false")]
    public async Task A_client_that_cannot_come_back_stops_the_work(string fields)
    {
        ScriptedService service = new() { Answer = (_, _) => "<think>", Hold = new TaskCompletionSource() };
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        using CancellationTokenSource away = new();
        Task<HttpResponseMessage> call = api.Http.PostAsync(new Uri(ResponseWire.Responses, UriKind.Relative), new StringContent(Ask(fields), null, "application/json"), away.Token);
        while (service.Generations.IsEmpty)
        {
            await Task.Yield();
        }

        await away.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => (await call).Dispose());
        await service.Generations.Single().Disposed.Task;
    }

    internal static async Task<HttpResponseMessage> SendAsync(ApiFixture api, string body, string? lastEvent)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, ResponseWire.Responses) { Content = new StringContent(body, null, "application/json") };
        if (lastEvent is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEvent);
        return await api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Reads the first event of a stream, and returns the id of the response.</summary>
    internal static async Task<string> FirstIdAsync(HttpResponseMessage response)
    {
        StreamReader reader = new(await response.Content.ReadAsStreamAsync());
        string line = (await reader.ReadLineAsync())!;
        Assert.StartsWith("id: ", line, StringComparison.Ordinal);
        return line[4..line.IndexOf(':', 4)];
    }
}
