using OrleansInference.Engine.Scheduling;

namespace OrleansInference.Unit.Engine.Scheduling;

public sealed class SpeculationTests
{
    [Fact]
    public void Guesses_follow_the_last_occurrence_of_the_longest_match()
    {
        int[] log = [1, 2, 3, 4, 50, 51, 9, 3, 4, 60, 61, 8, 1, 2, 3, 4];
        Assert.Equal([50, 51], new Speculation().Guess(log, 0.01, 2).ToArray());
        Assert.Equal([60, 61], new Speculation().Guess([9, 9, .. log[4..]], 0.01, 2).ToArray());
    }

    [Fact]
    public void A_short_period_is_continued_beyond_the_end()
    {
        Assert.Equal([7, 8, 7, 8, 7], new Speculation().Guess([5, 7, 8, 7, 8], 0.01, 5).ToArray());
        Assert.Equal(Enumerable.Repeat(3, Speculation.MaxGuesses), new Speculation().Guess([3, 3, 3], 0.001, 100).ToArray());
    }

    [Fact]
    public void Without_a_match_or_room_nothing_is_guessed()
    {
        Assert.Empty(new Speculation().Guess([1, 2, 3, 4, 5], 0.01, 4).ToArray());
        Assert.Empty(new Speculation().Guess([1], 0.01, 4).ToArray());
        Assert.Empty(new Speculation().Guess([1, 1, 1, 1], 0.01, 0).ToArray());
    }

    [Fact]
    public void It_stops_where_rows_are_dear_or_guesses_fail_and_tries_again_later()
    {
        Speculation speculation = new();
        int[] log = [1, 1, 1, 1];
        Assert.Empty(speculation.Guess(log, 0.9, 8).ToArray());
        Assert.InRange(speculation.Guess(log, 0.3, 8).Length, 1, 3);
        for (int i = 0; i < 50; i++)
        {
            speculation.Observe(4, 0);
        }

        Assert.Empty(speculation.Guess(log, 0.3, 8).ToArray());
        int waited = 0;
        while (speculation.Guess(log, 0.3, 8).IsEmpty)
        {
            Assert.True(waited++ < 1000);
        }

        for (int i = 0; i < 50; i++)
        {
            speculation.Observe(4, 4);
        }

        Assert.Equal(8, speculation.Guess(log, 0.3, 8).Length);
    }
}
