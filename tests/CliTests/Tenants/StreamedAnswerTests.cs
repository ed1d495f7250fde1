using System.Net.ServerSentEvents;
using OrleansInference.Bench.Tenants;
using OrleansInference.Models;

namespace OrleansInference.CliTests.Tenants;

public sealed class StreamedAnswerTests
{
    private const string Completed = """{"type":"response.completed","sequence_number":3,"response":{"id":"r","status":"completed","usage":{"input_tokens":4,"output_tokens":2},"output":[{"content":[{"text":"ab"}]}]}}""";

    [Fact]
    public void A_response_is_whole_over_several_connections_and_is_continued_after_its_last_event()
    {
        ResponseAnswer answer = Begun();
        string[] ways = [.. Enumerable.Range(0, 20).Select(seed => answer.Request("http://node", new Random(seed))).Select(static request => $"{request.Method} {request.RequestUri} {string.Join(',', request.Headers.Select(static header => string.Concat(header.Value)))}").Distinct().Order()];
        Assert.Equal(["GET http://node/v1/responses/r?stream=true&starting_after=1 ", "POST http://node/v1/responses r:1"], ways);
        Take(answer, """{"type":"response.output_text.delta","sequence_number":2,"delta":"b"}""");
        Assert.Equal(StreamStep.Ends, Take(answer, Completed));
        Assert.Equal(new TurnTranscript(string.Empty, "ab", "completed", 4, 2, null), answer.Complete());
    }

    [Fact]
    public void A_lost_event_and_a_lost_text_are_faults()
    {
        ResponseAnswer lost = Begun();
        Take(lost, Completed);
        Assert.Equal("event 3 follows event 1", lost.Complete().Fault);
        ResponseAnswer other = Begun();
        Take(other, """{"type":"response.output_text.delta","sequence_number":2,"delta":"c"}""");
        Take(other, Completed);
        Assert.Equal("the events have the text 'ac', but the response has 'ab'", other.Complete().Fault);
    }

    [Fact]
    public void A_node_that_stops_breaks_the_stream_and_a_failed_response_is_an_error()
    {
        ResponseAnswer answer = Begun();
        Assert.Equal(StreamStep.Breaks, Take(answer, """{"type":"error","code":null,"message":"The node is stopping.","sequence_number":2}"""));
        Assert.Throws<InferenceException>(() => Take(answer, """{"type":"response.failed","sequence_number":2,"response":{"error":{"code":"server_error"}}}"""));
    }

    [Fact]
    public void A_completion_has_its_usage_once()
    {
        const string usage = """{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}}""";
        CompletionAnswer answer = new("/v1/completions", []);
        Assert.False(answer.IsKnown);
        Take(answer, """{"choices":[{"text":"a","finish_reason":null}],"usage":null}""", "1");
        Take(answer, """{"choices":[{"text":"","finish_reason":"stop"}],"usage":null}""", "2");
        Assert.True(answer.IsKnown);
        Take(answer, usage, "3");
        Assert.Equal(StreamStep.Ends, Take(answer, "[DONE]"));
        Assert.Equal(new TurnTranscript(string.Empty, "a", "stop", 3, 1, null), answer.Complete());
        Take(answer, usage, "4");
        Assert.Equal("the stream has its usage twice", answer.Complete().Fault);
    }

    private static ResponseAnswer Begun()
    {
        ResponseAnswer answer = new([]);
        Take(answer, """{"type":"response.created","sequence_number":0,"response":{"id":"r"}}""", "r:0");
        Take(answer, """{"type":"response.output_text.delta","sequence_number":1,"delta":"a"}""", "r:1");
        return answer;
    }

    private static StreamStep Take(StreamedAnswer answer, string data, string? id = null) => answer.Take(new SseItem<string>(data) { EventId = id });
}
