using OrleansInference.Bench.Load;

namespace OrleansInference.CliTests.Load;

public sealed class AnswerReaderTests
{
    private const string Finish = """data: {"choices":[{"index":0,"text":"","finish_reason":"length"}]}""" + "\n\n";

    [Fact]
    public async Task Notes_when_each_part_of_a_completion_arrived()
    {
        Answer answer = await ReadAsync(
            (100, Text("a")),
            (20, Text("b") + Text("c")),
            (30, Text("")),
            (5, Finish + """data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":8,"prompt_tokens_details":{"cached_tokens":3}}}""" + "\n\ndata: [DONE]\n\n"));
        Assert.Null(answer.Failure);
        Assert.Equal([100, 120, 120, 150], answer.Arrivals.Select(arrival => arrival.TotalMilliseconds));
        Assert.Equal(new TokenUsage(7, 8, 3), answer.Usage);
        Assert.Equal(2, answer.TokensPerArrival);
    }

    [Fact]
    public async Task A_chats_role_and_finish_are_no_arrivals()
    {
        Answer answer = await ReadAsync(
            (10, Delta("""{"role":"assistant","content":""}""")),
            (10, Delta("""{"role":"assistant","content":null}""")),
            (10, ": a comment\r\n\r\n"),
            (10, Delta("""{"reasoning_content":"Hm"}""")),
            (10, Delta("""{"content":"Yes"}""")),
            (10, Delta("""{"content":"!"}""", "\"stop\"")),
            (10, Delta("{}", "\"stop\"")));
        Assert.Null(answer.Failure);
        Assert.Null(answer.Usage);
        Assert.Equal([40, 50, 60], answer.Arrivals.Select(arrival => arrival.TotalMilliseconds));
    }

    [Theory]
    [InlineData("data: {\"error\":{\"message\":\"gone\"}}\n\n", "error in the stream")]
    [InlineData("event: error\ndata: {\"message\":\"gone\"}\n\n", "error in the stream")]
    [InlineData("data: {\"choices\":[{\"te\n\n", "malformed event")]
    [InlineData("data: {\"choices\":[{\"text\":\"a\"}]}\n\n", "stream ended early")]
    [InlineData("", "stream ended early")]
    [InlineData(Finish, "empty answer")]
    public async Task What_is_no_whole_answer_has_failed(string stream, string kind) => Assert.Equal(kind, (await ReadAsync((1, stream))).Failure?.Kind);

    private static string Text(string text) => $"data: {{\"choices\":[{{\"index\":0,\"text\":\"{text}\",\"finish_reason\":null}}],\"usage\":null}}\n\n";

    private static string Delta(string delta, string finish = "null") => $"data: {{\"choices\":[{{\"index\":0,\"delta\":{delta},\"finish_reason\":{finish}}}]}}\r\n\r\n";

    private static async Task<Answer> ReadAsync(params (int Milliseconds, string Text)[] parts)
    {
        ManualTime time = new();
        LoadClock clock = new(time);
        using TimedStream stream = new(time, parts);
        return await AnswerReader.ReadAsync(new Answer { Tenant = 0, Started = TimeSpan.Zero }, stream, clock, CancellationToken.None);
    }
}
