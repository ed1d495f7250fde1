using OrleansInference.Bench.Chaos;
using OrleansInference.Models;

namespace OrleansInference.CliTests.Chaos;

public sealed class ResumingStreamTests
{
    private const string Done = "data: [DONE]\n\n";

    [Fact]
    public async Task A_broken_stream_goes_on_at_the_next_node_after_the_last_whole_event()
    {
        // The third event is cut off: its token counts when it comes again.
        string broken = ScriptedNode.Event(1, "a") + ScriptedNode.Event(2, "b") + ScriptedNode.Event(3, "c").TrimEnd('\n');
        await using ScriptedNode first = await ScriptedNode.StartAsync((200, broken));
        await using ScriptedNode second = await ScriptedNode.StartAsync((200, ScriptedNode.Event(3, "c") + Done));
        ResumingStream stream = ResumingStream.Start([first.Url, second.Url], "{}");
        Assert.Equal("a b c", string.Join(' ', (await stream.Completed).Select(static token => token.Text)));
        Assert.Equal(-0.3, (await stream.Completed)[2].LogProbability);
        Assert.Equal(1, stream.Resumed);
        Assert.Equal([""], first.LastEventIds);
        Assert.Equal(["r.1:2"], second.LastEventIds);
    }

    [Fact]
    public async Task A_node_that_cannot_serve_or_is_not_there_is_passed_over()
    {
        ScriptedNode gone = await ScriptedNode.StartAsync();
        string url = gone.Url;
        await gone.DisposeAsync();
        await using ScriptedNode busy = await ScriptedNode.StartAsync((503, "{}"), (200, ScriptedNode.Event(1, "a") + Done));
        ResumingStream stream = ResumingStream.Start([url, busy.Url], "{}");
        Assert.Single(await stream.Completed);
        Assert.True(stream.Reached.IsCompleted);
    }

    [Fact]
    public async Task A_node_that_says_nothing_for_too_long_is_left_for_the_next()
    {
        await using ScriptedNode first = await ScriptedNode.StartAsync((200, ScriptedNode.Event(1, "a") + ScriptedNode.Silence));
        await using ScriptedNode second = await ScriptedNode.StartAsync((200, ScriptedNode.Event(2, "b") + Done));
        ResumingStream stream = ResumingStream.Start([first.Url, second.Url], "{}", timeout: TimeSpan.FromSeconds(1));
        Assert.Equal("a b", string.Join(' ', (await stream.Completed).Select(static token => token.Text)));
        Assert.Contains("r.1:1", second.LastEventIds);
    }

    [Fact]
    public async Task Comments_distinguish_a_slow_node_from_one_that_is_gone()
    {
        string comments = string.Concat(Enumerable.Repeat(ScriptedNode.Comment, 25));
        await using ScriptedNode slow = await ScriptedNode.StartAsync((200, ScriptedNode.Event(1, "a") + comments + ScriptedNode.Event(2, "b") + Done));
        await using ScriptedNode next = await ScriptedNode.StartAsync();
        ResumingStream stream = ResumingStream.Start([slow.Url, next.Url], "{}", timeout: TimeSpan.FromSeconds(2));
        Assert.Equal("a b", string.Join(' ', (await stream.Completed).Select(static token => token.Text)));
        Assert.Equal(0, stream.Resumed);
    }

    [Theory]
    [InlineData(400, """{"error":{"message":"no such field"}}""", "no such field")]
    [InlineData(200, """data: {"error":{"message":"it broke"}}""" + "\n\n", "it broke")]
    public async Task An_error_fails_the_request(int status, string body, string message)
    {
        await using ScriptedNode node = await ScriptedNode.StartAsync((status, body));
        InferenceException error = await Assert.ThrowsAsync<InferenceException>(() => ResumingStream.Start([node.Url], "{}").Completed);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
