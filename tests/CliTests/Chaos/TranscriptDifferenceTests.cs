using System.Diagnostics;
using OrleansInference.Bench.Chaos;

namespace OrleansInference.CliTests.Chaos;

public sealed class TranscriptDifferenceTests
{
    [Theory]
    [InlineData("a b c", "a b c", 0, 0, 0)]
    [InlineData("a b c", "a c", 1, 0, 0)]
    [InlineData("a b c", "a b b c", 0, 1, 0)]
    [InlineData("a b c", "a x c", 0, 0, 1)]
    [InlineData("a b c d e f", "a b d e f f", 1, 1, 0)]
    [InlineData("a b c", "", 3, 0, 0)]
    [InlineData("", "a", 0, 1, 0)]
    [InlineData("a b c d", "b c d", 1, 0, 0)]
    public void Tokens_that_are_lost_repeated_or_different_are_distinguished(string expected, string got, int lost, int repeated, int different) =>
        Assert.Equal(new TranscriptDifference(lost, repeated, different, 0), TranscriptDifference.Of(Tokens(expected), Tokens(got)));

    [Fact]
    public void Another_log_probability_of_the_same_token_is_counted_apart_to_the_bit()
    {
        TranscriptToken[] expected = [new("a", -1, 1), new("b", -2, 2)];
        TranscriptToken[] got = [new("a", -1, 3), new("b", double.BitDecrement(-2), 4)];
        Assert.Equal(new TranscriptDifference(0, 0, 0, 1), TranscriptDifference.Of(expected, got));
    }

    [Fact]
    public void Edits_at_random_places_are_never_overestimated()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("ORLEANS_INFERENCE_SEED"), out int given) ? given : Random.Shared.Next();
        Random random = new(seed);
        for (int round = 0; round < 200; round++)
        {
            List<string> tokens = [.. Enumerable.Range(0, 60).Select(_ => $"{random.Next(10)}")];
            TranscriptToken[] expected = Tokens(string.Join(' ', tokens));
            int edits = random.Next(8);
            for (int edit = 0; edit < edits; edit++)
            {
                int at = random.Next(tokens.Count);
                switch (random.Next(3))
                {
                    case 0:
                        tokens.RemoveAt(at);
                        break;
                    case 1:
                        tokens.Insert(at, tokens[at]);
                        break;
                    default:
                        tokens[at] = "x";
                        break;
                }
            }

            TranscriptDifference difference = TranscriptDifference.Of(expected, Tokens(string.Join(' ', tokens)));
            Assert.True(difference.Lost + difference.Repeated + difference.Different <= edits, $"seed {seed}, round {round}: {difference} for {edits} edits");
            Assert.Equal(tokens.Count - expected.Length, difference.Repeated - difference.Lost);
        }
    }

    [Fact]
    public void A_pause_is_a_gap_that_ends_after_the_kill_and_begins_before_the_cluster_is_whole()
    {
        (TranscriptToken[] tokens, long second) = (At(0, 5, 6, 8, 9, 19), Stopwatch.Frequency);
        Assert.Equal(2000, PauseMeter.LongestGap(tokens, after: 5 * second, before: 9 * second), 1.0);
        Assert.Equal(10_000, PauseMeter.LongestGap(tokens, after: 5 * second, before: 10 * second), 1.0);
        Assert.Equal(0, PauseMeter.LongestGap(tokens, after: 20 * second, before: 30 * second));
    }

    [Fact]
    public void A_pause_of_a_planned_move_begins_during_it()
    {
        (TranscriptToken[] tokens, long second) = (At(0, 5, 6, 8, 9, 19), Stopwatch.Frequency);
        Assert.Equal(2000, PauseMeter.LongestGapWithin(tokens, from: 3 * second, before: 9 * second), 1.0);
        Assert.Equal(10_000, PauseMeter.LongestGapWithin(tokens, from: 9 * second, before: 10 * second), 1.0);
        Assert.Equal(0, PauseMeter.LongestGapWithin(tokens, from: 10 * second, before: 30 * second));
    }

    /// <summary>Tokens at seconds.</summary>
    private static TranscriptToken[] At(params long[] seconds) => [.. seconds.Select(static at => new TranscriptToken("a", 0, at * Stopwatch.Frequency))];

    private static TranscriptToken[] Tokens(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static token => new TranscriptToken(token, token[0], Random.Shared.Next()))];
}
