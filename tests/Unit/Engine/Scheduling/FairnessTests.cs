using System.CommandLine;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Scheduling;
using OrleansInference.Settings;
using OrleansInference.Unit.Cluster.Hosting;
using Xunit.Abstractions;

namespace OrleansInference.Unit.Engine.Scheduling;

/// <summary>A tenant's share of a batch is how fast it gets on compared with being alone.</summary>
public sealed class FairnessTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Fixed = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PerRow = TimeSpan.FromMilliseconds(8);
    private static readonly TimeSpan Alone = Fixed + PerRow;

    [Theory]
    [InlineData(50, 1)]
    [InlineData(120, 1)]
    [InlineData(50, 3)]
    public void One_stream_beside_many_of_another_tenant_gets_its_share(int greedyStreams, int weight)
    {
        using RouterHarness harness = Harness(new() { Speculation = false, TenantWeights = new Dictionary<string, double> { ["single"] = weight } });
        RecordingSink[] greedy = [.. Enumerable.Range(0, greedyStreams).Select(i => harness.Submit(Request("greedy", 150, i)))];
        Run(harness, () => greedy.Count(request => request.Events.Count > 3) >= Math.Min(greedyStreams, 40));
        long start = harness.Time.GetTimestamp();
        RecordingSink single = harness.Submit(Request("single", 200, 1000));
        int before = greedy.Sum(request => request.Events.Count);
        Run(harness, () => single.Completed);

        double share = weight / (weight + 1.0);
        double[] gaps = [.. single.Times.Zip(single.Times.Skip(1), (a, b) => TimeSpan.FromTicks(b - a) / Alone).Order()];
        output.WriteLine($"slowdown p50 {gaps[gaps.Length / 2]:0.00}, p99 {gaps[gaps.Length * 99 / 100]:0.00}, last {gaps[^1]:0.00}; first token after {TimeSpan.FromTicks(single.Times[0] - start) / Alone:0.0} steps");
        Assert.True(gaps[gaps.Length * 99 / 100] < 1 / share, $"p99 {gaps[gaps.Length * 99 / 100]}");
        AssertEverySecond(single, share / Alone.TotalSeconds);

        // What the single stream leaves is not wasted: the steps are as long as its share allows.
        int others = greedy.Sum(request => request.Events.Count) - before;
        output.WriteLine($"{others} tokens for the greedy tenant");
        Assert.True(others > 200 * (((Alone / share) - Fixed) / PerRow - 1) * 0.7, $"{others}");
        harness.RunAll();
        Assert.All(greedy, request => Assert.Equal(150, request.Events.Count));
    }

    [Fact]
    public void Tenants_with_equal_weights_and_long_queues_are_served_alike()
    {
        using RouterHarness harness = Harness(new() { MaxRunningSequences = 8, Speculation = false });
        List<RecordingSink> many = [.. Enumerable.Range(0, 90).Select(i => harness.Submit(Request("many", 20, i)))];
        List<RecordingSink> few = [.. Enumerable.Range(0, 30).Select(i => harness.Submit(Request("few", 20, 500 + i)))];
        Run(harness, () => few.TrueForAll(request => request.Completed));
        int served = many.Sum(request => request.Events.Count);
        output.WriteLine($"{served} tokens for the other while this one got {30 * 20}");
        Assert.InRange(served, 30 * 20 * 0.75, 30 * 20 * 1.25);
        harness.RunAll();
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("heavy=3", 3)]
    [InlineData("heavy=1.5,light=0.5,unknown=7", 3)]
    public void Tenants_with_long_queues_are_served_by_the_weights_of_the_settings(string weights, int ratio)
    {
        SettingSet settings = new(typeof(ServingOptions));
        RootCommand command = [];
        settings.AddTo(command);
        using RouterHarness harness = Harness(settings.ReadCommandLine(command.Parse(["--tenant-weights", weights, "--max-running", "8", "--speculation", "off"])).Bind<ServingOptions>());
        List<RecordingSink> light = [.. Enumerable.Range(0, 90).Select(i => harness.Submit(Request("light", 20, i)))];
        List<RecordingSink> heavy = [.. Enumerable.Range(0, 90).Select(i => harness.Submit(Request("heavy", 20, 500 + i)))];
        Run(harness, () => heavy.TrueForAll(request => request.Completed));
        int served = light.Sum(request => request.Events.Count);
        output.WriteLine($"{served} tokens for one while the other got {90 * 20}");
        Assert.InRange(served, 90 * 20 * 0.85 / ratio, 90 * 20 * 1.15 / ratio);
        harness.RunAll();
    }

    [Theory]
    [InlineData(3.0, 1, 3)]
    [InlineData(3.0, 7, 3)] // the record has precedence over the setting
    [InlineData(null, 3, 3)]
    public void Tenants_with_long_queues_are_served_by_the_weights_of_their_records(double? record, double setting, int ratio)
    {
        using RouterHarness harness = Harness(new() { MaxRunningSequences = 8, Speculation = false, TenantWeights = new Dictionary<string, double> { ["heavy"] = setting } });
        List<RecordingSink> light = [.. Enumerable.Range(0, 90).Select(i => harness.Submit(Request("light", 20, i)))];
        List<RecordingSink> heavy = [.. Enumerable.Range(0, 90).Select(i => harness.Submit(Request("heavy", 20, 500 + i) with { Policy = new() { Change = 1, Weight = record } }))];
        Run(harness, () => heavy.TrueForAll(request => request.Completed));
        int served = light.Sum(request => request.Events.Count);
        output.WriteLine($"{served} tokens for one while the other got {90 * 20}");
        Assert.InRange(served, 90 * 20 * 0.85 / ratio, 90 * 20 * 1.15 / ratio);
        harness.RunAll();
    }

    [Fact]
    public void A_changed_weight_is_in_force_with_the_next_request_and_no_earlier_record_undoes_it()
    {
        using RouterHarness harness = Harness(new() { TenantWeights = new Dictionary<string, double> { ["a"] = 5 } });
        Tenant tenant = harness.Submit(Request("a", 5, 1)).Routed!.Tenant;
        Assert.Equal(5, tenant.Weight);
        foreach ((long change, double? weight, double expected) in ((long, double?, double)[])[(3, 2, 2), (4, 0.5, 0.5), (3, 2, 0.5), (0, null, 0.5), (5, null, 5)])
        {
            harness.Submit(Request("a", 5, 2) with { Policy = new() { Change = change, Weight = weight } });
            Assert.Equal(expected, tenant.Weight);
        }

        harness.RunAll();
    }

    [Fact]
    public void A_tenant_alone_uses_every_slot()
    {
        using RouterHarness harness = Harness(new() { MaxRunningSequences = 20, Speculation = false });
        Enumerable.Range(0, 20).ToList().ForEach(i => harness.Submit(Request("a", 50, i)));
        int most = 0;
        harness.Scheduled = step => most = Math.Max(most, step.Batch.Slices.Length);
        harness.RunAll();
        Assert.Equal(20, most);
    }

    [Fact]
    public void A_tenant_that_was_idle_has_earned_no_credit()
    {
        using RouterHarness harness = Harness(new() { MaxRunningSequences = 4, Speculation = false });
        RecordingSink early = harness.Submit(Request("idle", 2, 1));
        harness.RunAll();
        List<RecordingSink> busy = [.. Enumerable.Range(0, 60).Select(i => harness.Submit(Request("busy", 20, i)))];
        Run(harness, () => busy.Count(request => request.Completed) >= 30);
        List<RecordingSink> back = [.. Enumerable.Range(0, 20).Select(i => harness.Submit(Request("idle", 20, 100 + i)))];
        int before = busy.Sum(request => request.Events.Count);
        Run(harness, () => back.TrueForAll(request => request.Completed));
        Assert.True(early.Completed);
        Assert.InRange(busy.Sum(request => request.Events.Count) - before, 20 * 20 * 0.7, 20 * 20 * 1.3);
        harness.RunAll();
    }

    private static void AssertEverySecond(RecordingSink request, double tokensPerSecond)
    {
        const int Seconds = 2;
        for (int i = 0; i < request.Times.Count; i++)
        {
            long end = request.Times[i] + TimeSpan.FromSeconds(Seconds).Ticks;
            if (end < request.Times[^1])
            {
                int tokens = request.Times.Skip(i).TakeWhile(time => time < end).Count();
                Assert.True(tokens >= 0.9 * Seconds * tokensPerSecond, $"{tokens} tokens in {Seconds} s from token {i}; the share is {tokensPerSecond:0.0} a second");
            }
        }
    }

    private static void Run(RouterHarness harness, Func<bool> until)
    {
        while (!until())
        {
            harness.Fill();
            harness.RunOne();
        }
    }

    private static RouterHarness Harness(ServingOptions options) => new(new HashModel(vocabulary: 50, pages: 2500), options)
    {
        Cost = static batch => Fixed + (batch.RowCount * PerRow),
    };

    private static GenerationRequest Request(string tenant, int tokens, int seed) => new()
    {
        RequestId = tenant,
        Tenant = tenant,
        Prompt = new[] { seed % 50, seed / 50, 7, 8 },
        MaxTokens = tokens,
        IgnoreEos = true,
        Sampling = new() { Temperature = 0 },
    };
}
