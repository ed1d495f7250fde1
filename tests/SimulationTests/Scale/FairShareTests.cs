using OrleansInference.Engine.Requests;
using OrleansInference.Simulation.Scale;
using Xunit.Abstractions;

namespace OrleansInference.SimulationTests.Scale;

/// <summary>
/// A tenant's share is how fast it gets on compared with being alone: with equal weights beside one other tenant, at least half as fast, in every second. Where the
/// lone stream would stand tells how much lone time a stream has got through, prompts and answers alike.
/// </summary>
public sealed class FairShareTests(ITestOutputHelper output)
{
    private const double Seconds = 15;
    private const double Share = 0.5;
    private const double Tolerance = 0.9;

    [Theory]
    [InlineData("decoding, one stage", 1, 4, 100_000, 4, 100_000, 1, 200)]
    [InlineData("decoding, two stages", 2, 4, 100_000, 4, 100_000, 1, 200)]
    [InlineData("decoding, four stages", 4, 4, 100_000, 4, 100_000, 1, 200)]
    [InlineData("greedy prompts, single decoding", 1, 400, 20, 4, 100_000, 1, 200)]
    [InlineData("greedy prompts, single decoding, four stages", 4, 400, 20, 4, 100_000, 1, 200)]
    [InlineData("greedy long prompts, single short turns", 1, 2000, 50, 100, 40, 1, 200)]
    [InlineData("short turns of both", 1, 50, 50, 50, 50, 1, 200)]
    [InlineData("short turns of both, two stages", 2, 50, 50, 50, 50, 1, 200)]
    [InlineData("single long prompts", 1, 4, 100_000, 1500, 50, 1, 200)]
    [InlineData("single long prompts, four stages", 4, 4, 100_000, 1500, 50, 1, 200)]
    [InlineData("decoding takes more than the target", 1, 4, 100_000, 300, 50, 4, 50)]
    [InlineData("slow machine", 1, 200, 100, 200, 100, 4, 200)]
    [InlineData("single comes back after a moment, slow machine", 1, 4, 100_000, 8, 30, 4, 200, 0.01)]
    public void One_stream_beside_fifty_of_another_tenant_gets_its_share_in_every_second(
        string name, int stages, int greedyPrompt, int greedyTokens, int singlePrompt, int singleTokens, double slowness, int targetMilliseconds, double pause = 0)
    {
        ServingOptions options = new() { Speculation = false, InterTokenTarget = TimeSpan.FromMilliseconds(targetMilliseconds) };
        double Time(StepShape shape) => slowness * (0.008 + (0.0008 * shape.Rows) + (1e-7 * shape.Products));

        TimedStream lone = new("single", 0, singlePrompt, singleTokens, pause);
        new TimedCluster(options, stages, Time).Run([lone], Seconds);
        TimedStream[] others = Greedy();
        new TimedCluster(options, stages, Time).Run(others, Seconds);

        TimedCluster cluster = new(options, stages, Time);
        TimedStream[] greedy = Greedy();
        cluster.Run(greedy, 5);
        double begin = cluster.Now, before = Done(greedy);
        TimedStream single = new("single", 0, singlePrompt, singleTokens, pause);
        cluster.Run([.. greedy, single], begin + Seconds);

        // Steps that were under way when it came were formed without it; they are back within the target.
        double calm = stages == 1 ? begin : begin + options.InterTokenTarget.TotalSeconds;
        List<(double, double)> reached = [(0, 0), .. lone.Points.Select(static point => (point.Progress, point.Time))];
        List<double> starts = [calm, .. single.Points.Select(static point => point.Time).Where(time => time > calm)];
        (double Least, double At) worst = (double.MaxValue, 0);
        foreach (double start in starts.Where(start => start + 1 < single.Points[^1].Time))
        {
            double got = Lone(start + 1) - Lone(start);
            worst = got < worst.Least ? (got, start - begin) : worst;
        }

        double rest = (Done(greedy) - before) / Done(others);
        double slowdown = single.LongGap / lone.LongGap;
        output.WriteLine($"{name}: {worst.Least:0.000} lone seconds in the worst second, from {worst.At:0.00}; p99 between tokens {slowdown:0.00} times the lone one; the others got {rest:0.000} of theirs");
        Assert.True(worst.Least >= Tolerance * Share, $"{name}: {worst.Least:0.000} s in the second from {worst.At:0.00}");
        Assert.True(slowdown < 1 / Share, $"{name}: {slowdown:0.00}");
        Assert.True(rest >= Tolerance * Share, $"{name}: the others got {rest:0.000}");

        TimedStream[] Greedy() => [.. Enumerable.Range(1, 50).Select(number => new TimedStream("greedy", number, greedyPrompt, greedyTokens))];

        double Lone(double time) => time <= begin ? 0 : TimedStream.At(reached, TimedStream.At([(begin, 0), .. single.Points], time));
    }

    private static double Done(TimedStream[] streams) => streams.Sum(static stream => stream.Points[^1].Progress);
}
