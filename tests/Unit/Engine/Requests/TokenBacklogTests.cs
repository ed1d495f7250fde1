using OrleansInference.Engine.Requests;

namespace OrleansInference.Unit.Engine.Requests;

public sealed class TokenBacklogTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Events_come_out_as_they_went_in(int seed)
    {
        const int Choices = 5;
        Random random = new(seed);
        TokenBacklog backlog = new(Choices);
        Queue<TokenEvent> expected = new();
        int[] next = new int[Choices];
        for (int i = 0; i < 20_000; i++)
        {
            if (random.Next(100) < (i / 2000 % 2 == 0 ? 60 : 40))
            {
                TokenEvent token = Next(random, next);
                backlog.Add(token);
                expected.Enqueue(token);
            }
            else
            {
                Assert.Equal(expected.TryDequeue(out TokenEvent wanted), backlog.TryTake(out TokenEvent taken));
                Assert.Equal(wanted, taken);
            }

            Assert.Equal(expected.Count, backlog.Count);
        }

        while (expected.TryDequeue(out TokenEvent wanted))
        {
            Assert.True(backlog.TryTake(out TokenEvent taken));
            Assert.Equal(wanted, taken);
        }

        Assert.False(backlog.TryTake(out _));
    }

    [Fact]
    public void An_undelivered_token_takes_nine_bytes_and_a_delivered_one_none()
    {
        TokenChannel channel = new(new GenerationRequest { RequestId = "r", Prompt = new[] { 1 }, MaxTokens = 900 });
        for (int i = 0; i < 900; i++)
        {
            channel.Write(new TokenEvent(0, i, 100_000 + i, i == 899 ? FinishReason.Length : FinishReason.None) { LogProb = float.NaN });
        }

        Assert.InRange(channel.WaitingBytes, 1, 900 * 9 + 64);
    }

    [Fact]
    public void A_reader_that_keeps_up_reads_from_one_small_block()
    {
        TokenBacklog backlog = new(1);
        int bytes = backlog.Bytes;
        int next = 0;
        long allocated = Allocations.Least(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                backlog.Add(new TokenEvent(0, next, next, FinishReason.None) { LogProb = float.NaN });
                Assert.True(backlog.TryTake(out TokenEvent token) && token.Index == next++);
            }
        });
        Assert.Equal(bytes, backlog.Bytes);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public async Task A_channel_gives_what_was_written_before_its_end_and_then_the_error()
    {
        TokenChannel channel = new(new GenerationRequest { RequestId = "r", Prompt = new[] { 1 }, MaxTokens = 2, Choices = 2 });
        channel.Write(new TokenEvent(0, 0, 7, FinishReason.None) { LogProb = float.NaN });
        channel.Write(new TokenEvent(1, 0, 8, FinishReason.None) { LogProb = float.NaN });
        channel.Stop(1);
        channel.Write(new TokenEvent(0, 1, 9, FinishReason.Stop) { LogProb = float.NaN });
        channel.Complete(new InvalidOperationException("broken"));
        List<int> tokens = [];
        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (TokenEvent token in channel.ReadAsync(default))
            {
                tokens.Add(token.Token);
            }
        });
        Assert.Equal("broken", error.Message);
        Assert.Equal([7, 9], tokens);
    }

    [Fact]
    public async Task A_reader_that_waits_gets_each_token_and_is_cancelled()
    {
        TokenChannel channel = new(new GenerationRequest { RequestId = "r", Prompt = new[] { 1 }, MaxTokens = 1000 });
        using CancellationTokenSource cancellation = new();
        List<int> tokens = [];
        Task reading = Task.Run(async () =>
        {
            await foreach (TokenEvent token in channel.ReadAsync(cancellation.Token))
            {
                tokens.Add(token.Token);
                if (token.Token == 998)
                {
                    cancellation.Cancel();
                }
                else if (token.Token % 3 == 2)
                {
                    channel.Write(new TokenEvent(0, token.Token + 1, token.Token + 1, FinishReason.None) { LogProb = float.NaN });
                    channel.Write(new TokenEvent(0, token.Token + 2, token.Token + 2, FinishReason.None) { LogProb = float.NaN });
                    _ = Task.Run(() => channel.Write(new TokenEvent(0, token.Token + 3, token.Token + 3, FinishReason.None) { LogProb = float.NaN }));
                }
            }
        });
        channel.Write(new TokenEvent(0, 2, 2, FinishReason.None) { LogProb = float.NaN });
        OperationCanceledException cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(TimeSpan.FromMinutes(2)));
        Assert.Equal(cancellation.Token, cancelled.CancellationToken);
        Assert.Equal(Enumerable.Range(2, 997), tokens);
    }

    /// <summary>Mostly the next token of a choice; now and then one elsewhere, one that is measured, or an end.</summary>
    private static TokenEvent Next(Random random, int[] next)
    {
        int choice = random.Next(next.Length);
        int index = random.Next(20) == 0 ? random.Next(-5, 1000) : next[choice];
        next[choice] = index + 1;
        FinishReason finish = random.Next(10) == 0 ? (FinishReason)random.Next(5) : FinishReason.None;
        bool measured = random.Next(5) == 0;
        return new TokenEvent(choice, index, random.Next(-1, 300_000), finish)
        {
            LogProb = measured ? -random.NextSingle() : float.NaN,
            Top = measured ? new TokenLogProb[] { new(random.Next(100), -1f) } : default,
        };
    }
}
