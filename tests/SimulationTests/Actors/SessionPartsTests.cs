using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Session;
using OrleansInference.Engine.Requests;

namespace OrleansInference.SimulationTests.Actors;

/// <summary>A session that is written in parts, a few tokens more each time, and read as a whole.</summary>
public sealed class SessionPartsTests
{
    private static readonly GenerationRequest Request = new() { RequestId = "request", Prompt = new[] { 1, 2, 3 }, MaxTokens = 2000, Choices = 2 };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_written_in_parts_is_read_as_a_whole(bool measured)
    {
        StoredSession stored = new(Record([0, 0], [0, 0], measured) with { Begins = true });
        int[] counts = [0, 0];
        foreach ((int one, int other) in new[] { (1, 0), (100, 300), (256, 300), (700, 513), (701, 1024), (701, 1025) })
        {
            stored.Write(Record([.. counts.Select(static count => count / 256 * 256)], [one, other], measured));
            counts = [one, other];
            AssertSame(Record([0, 0], counts, measured), stored.Read());
        }
    }

    [Fact]
    public void Only_the_block_that_grows_is_written_again()
    {
        TokenBlock[] blocks = [.. SessionParts.Blocks(Record([512, 0], [1100, 20]))];
        Assert.Equal([(0, 512, 256), (0, 768, 256), (0, 1024, 76), (1, 0, 20)], blocks.Select(static block => (block.Log, block.First, block.Tokens.Tokens.Length)));
    }

    [Fact]
    public void What_comes_late_and_is_less_takes_nothing_away()
    {
        StoredSession stored = new(Record([0, 0], [0, 0]) with { Begins = true });
        stored.Write(Record([0, 0], [300, 5]));
        stored.Write(Record([256, 0], [260, 5]));
        stored.Write(Record([256, 0], [310, 5]) with { Cancelled = true });
        SessionRecord read = stored.Read();
        AssertSame(Record([0, 0], [310, 5]), read);
        Assert.True(read.Cancelled);
    }

    [Fact]
    public void What_follows_a_missing_block_is_left_out_and_not_taken_for_ended()
    {
        SessionRecord ended = Record([0, 0], [600, 5], finish: FinishReason.Length);
        TokenBlock[] blocks = [.. SessionParts.Blocks(ended).Where(static block => block.First != 256)];
        SessionRecord read = SessionParts.Whole(SessionParts.Beginning(ended), SessionParts.State(ended), blocks);
        Assert.Equal([(256, FinishReason.None), (5, FinishReason.Length)], read.Choices.Select(static choice => (choice.Tokens.Length, choice.Finish)));
        Assert.False(read.Ended);
    }

    [Fact]
    public void Tokens_after_the_end_of_a_log_are_nobodys()
    {
        SessionRecord later = Record([0, 0], [600, 5]);
        SessionRecord ended = Record([0, 0], [590, 5], finish: FinishReason.Cancelled);
        AssertSame(ended, SessionParts.Whole(SessionParts.Beginning(ended), SessionParts.State(ended), SessionParts.Blocks(later)));
    }

    [Fact]
    public void A_session_of_an_earlier_version_goes_on_in_parts()
    {
        SessionRecord before = Record([0, 0], [400, 3]);
        AssertSame(before, SessionParts.Whole(before, null, []));
        SessionRecord later = Record([256, 0], [600, 4]);
        AssertSame(Record([0, 0], [600, 4]), SessionParts.Whole(before, SessionParts.State(later), SessionParts.Blocks(later)));
    }

    [Fact]
    public void Where_an_earlier_version_wrote_last_its_tokens_are_those_that_count()
    {
        SessionRecord later = Record([0, 0], [300, 3]);
        SessionRecord last = Record([0, 0], [310, 4], finish: FinishReason.Length);
        AssertSame(last, SessionParts.Whole(last, SessionParts.State(later), SessionParts.Blocks(later)));
    }

    [Fact]
    public void Versions_that_wait_together_are_written_as_one()
    {
        SessionRecord first = Record([0, 256], [10, 300]) with { Begins = true };
        SessionRecord both = Record([0, 256], [300, 310]).After(first);
        Assert.True(both.Begins);
        Assert.Equal([0, 256], both.From);
        Assert.Equal([300, 54], both.Choices.Select(static choice => choice.Tokens.Length));
        both = Record([256, 256], [400, 310]).After(both);
        Assert.Equal([0, 256], both.From);
        Assert.Equal(Enumerable.Range(0, 400), both.Choices[0].Tokens);
        AssertSame(Record([0, 0], [400, 310]), Record([256, 256], [400, 310]).After(Record([0, 0], [300, 310])));
    }

    [Fact]
    public void A_version_that_begins_after_what_waits_goes_alone()
    {
        // What is between was written by another activation, with what waits here.
        SessionRecord later = Record([512, 0], [600, 3]);
        Assert.Equal([512, 0], later.After(Record([0, 0], [10, 3])).From);
        Assert.Equal(Enumerable.Range(512, 88), later.After(Record([0, 0], [10, 3])).Choices[0].Tokens);
    }

    [Fact]
    public void A_session_writes_from_the_last_block_that_was_not_full()
    {
        CollectingPort port = new();
        ManualStore store = new();
        SessionActor session = new(0, null, port, store.Write, new PipelineChooser(), new SessionOptions { WriteInterval = TimeSpan.Zero, BlockTokens = 4 });
        session.Receive(new AttachStream(0, 0, 0, Request, [0, 0]), TimeSpan.Zero);
        Assert.True(store.Record!.Begins);
        session.Written(store.Version, TimeSpan.Zero);
        session.Receive(new CommitTokens(0, 0, 0, [7, 7, 7, 7, 8, 8], FinishReason.None), TimeSpan.Zero);
        session.Tick(TimeSpan.Zero);
        Assert.False(store.Record.Begins);
        Assert.Equal([], store.Record.From);
        session.Receive(new CommitTokens(0, 0, 6, [8, 8, 9], FinishReason.None), TimeSpan.Zero);
        session.Written(store.Version, TimeSpan.Zero); // of the six: the next begins there, whatever came meanwhile
        Assert.Equal([4, 0], store.Record.From);
        Assert.Equal([8, 8, 8, 8, 9], store.Record.Choices[0].Tokens);
        Assert.Equal(9, store.Record.Count());
    }

    private static SessionRecord Record(int[] from, int[] counts, bool measured = false, FinishReason finish = FinishReason.None) => new(
        Request,
        [.. counts.Select((count, log) => new ChoiceLog([.. Enumerable.Range((log * 10_000) + from[log], count - from[log])], finish)
        {
            Measures = measured ? [.. Enumerable.Range(from[log], count - from[log]).Select(static token => new TokenMeasure(-token, []))] : [],
        })],
        false)
    { From = Array.TrueForAll(from, static first => first == 0) ? [] : from };

    private static void AssertSame(SessionRecord expected, SessionRecord found)
    {
        Assert.Empty(found.From);
        Assert.Equal(expected.Choices.Select(static choice => choice.Finish), found.Choices.Select(static choice => choice.Finish));
        for (int log = 0; log < expected.Choices.Length; log++)
        {
            Assert.Equal(expected.Choices[log].Tokens, found.Choices[log].Tokens);
            Assert.Equal(expected.Choices[log].Measures.Select(static measure => measure.LogProb), found.Choices[log].Measures.Select(static measure => measure.LogProb));
        }
    }
}
