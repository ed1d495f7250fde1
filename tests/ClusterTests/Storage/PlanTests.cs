using System.Globalization;
using OrleansInference.Cluster.Protocol;
using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Silo.Storage;
using Xunit.Abstractions;

namespace OrleansInference.ClusterTests.Storage;

[Collection(PostgresTests.Name)]
public sealed class PlanTests(PostgresFixture postgres, ITestOutputHelper output)
{
    [SkippableFact]
    public async Task ThePlanReadIsThePlanSaved()
    {
        await using PostgresClusterStore store = await postgres.OpenAsync();
        Assert.Null(await store.ReadPlanAsync(0));
        PipelinePlan plan = new(7, 2, [new(new(3, 1), new(0, 11)), new(new(5, 4), new(11, 24))]);

        PipelinePlan saved = await store.SavePlanAsync(plan);

        AssertSame(plan, saved);
        AssertSame(plan, await store.ReadPlanAsync(0));
    }

    [SkippableFact]
    public async Task PlansOfPipelinesAndTheAllocationAreApart()
    {
        await using PostgresClusterStore store = await postgres.OpenAsync();
        PipelinePlan[] plans = [.. Enumerable.Range(0, 3).Select(static pipeline => Samples.Plan(RouterNumbers.Of(3 - pipeline, pipeline), epoch: 9 - pipeline))];
        DeviceAllocation allocation = new(4, 2, [new(new(3, 1), 0), new(new(5, 1), 2)]);
        Assert.Null(await store.ReadAllocationAsync());

        foreach (PipelinePlan plan in plans)
        {
            AssertSame(plan, await store.SavePlanAsync(plan));
        }

        AssertSame(allocation, await store.SaveAllocationAsync(allocation));
        for (int pipeline = 0; pipeline < plans.Length; pipeline++)
        {
            AssertSame(plans[pipeline], await store.ReadPlanAsync(pipeline));
        }

        Assert.Null(await store.ReadPlanAsync(plans.Length));
        AssertSame(allocation, await store.ReadAllocationAsync());
    }

    [SkippableFact]
    public async Task OfAllocationsALaterDirectorysReplacesAnEarlierOnesAndNeverTheOtherWay()
    {
        await using PostgresClusterStore store = await postgres.OpenAsync();
        DeviceAllocation? inForce = null;
        foreach ((long version, int directory) in new[] { (5L, 2), (6L, 1), (5L, 3), (9L, 2), (8L, 3), (10L, 2), (10L, 3), (11L, 3) })
        {
            DeviceAllocation allocation = new(version, directory, [new(new((int)version, 1), directory)]);
            inForce = PlanStore.Save(inForce, allocation);

            AssertSame(inForce, await store.SaveAllocationAsync(allocation));
        }

        Assert.Equal((11, 3), (inForce!.Version, inForce.Directory));
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task TheStatementDecidesAsTheRuleDoes(int pipeline)
    {
        string? given = Environment.GetEnvironmentVariable("ORLEANS_INFERENCE_SEED");
        int seed = given is null ? Random.Shared.Next() : int.Parse(given, CultureInfo.InvariantCulture);
        output.WriteLine($"ORLEANS_INFERENCE_SEED={seed}");
        Random random = new(seed);
        await using PostgresClusterStore store = await postgres.OpenAsync();
        PipelinePlan? inForce = null;
        for (int i = 0; i < 200; i++)
        {
            PipelinePlan plan = Samples.Plan(RouterNumbers.Of(random.Next(1, 3 + (i / 20)), pipeline), random.Next(1, 10 + i));
            inForce = PlanStore.Save(inForce, plan);

            AssertSame(inForce, await store.SavePlanAsync(plan));
        }
    }

    [SkippableFact]
    public async Task OfRoutersThatRaceTheLatestWinsAndEpochsOnlyRise()
    {
        PostgresOptions options = postgres.Options();
        await using PostgresClusterStore reader = await PostgresFixture.OpenAsync(options);
        using CancellationTokenSource done = new();
        Task<List<PipelinePlan>> watching = WatchAsync(reader, done.Token);

        const int Routers = 4;
        PipelinePlan?[] lastAccepted = await Task.WhenAll(Enumerable.Range(1, Routers).Select(router => SaveManyAsync(options, router)));
        await done.CancelAsync();

        PipelinePlan inForce = (await reader.ReadPlanAsync(0))!;
        PipelinePlan latest = lastAccepted.Last(static plan => plan is not null)!;
        Assert.Equal(latest.Router, inForce.Router);
        Assert.Equal(latest.Epoch, inForce.Epoch);
        List<PipelinePlan> seen = await watching;
        Assert.All(seen.Zip(seen.Skip(1)), static pair =>
        {
            Assert.True(pair.Second.Router >= pair.First.Router, "A later router's plan was replaced by an earlier router's.");
            Assert.True(pair.Second.Epoch >= pair.First.Epoch, "An epoch fell.");
        });
    }

    /// <returns>The last of the router's plans that came into force.</returns>
    private static async Task<PipelinePlan?> SaveManyAsync(PostgresOptions options, int router)
    {
        await using PostgresClusterStore store = await PostgresFixture.OpenAsync(options);
        PipelinePlan? accepted = null;
        long epoch = 0;
        for (int i = 0; i < 50; i++)
        {
            PipelinePlan plan = Samples.Plan(router, epoch = Epochs.After(epoch, router));
            PipelinePlan inForce = await store.SavePlanAsync(plan);
            Assert.True(inForce.Router > plan.Router || inForce.Epoch >= plan.Epoch, $"Saving {plan} answered with {inForce}.");
            accepted = inForce.Router == router ? inForce : accepted;
            epoch = inForce.Epoch;
        }

        return accepted;
    }

    private static async Task<List<PipelinePlan>> WatchAsync(PostgresClusterStore store, CancellationToken done)
    {
        List<PipelinePlan> seen = [];
        while (!done.IsCancellationRequested)
        {
            if (await store.ReadPlanAsync(0) is { } plan)
            {
                seen.Add(plan);
            }
        }

        return seen;
    }

    private static void AssertSame(DeviceAllocation expected, DeviceAllocation? allocation)
    {
        Assert.NotNull(allocation);
        Assert.Equal((expected.Version, expected.Directory), (allocation.Version, allocation.Directory));
        Assert.Equal(expected.Places, allocation.Places);
    }

    private static void AssertSame(PipelinePlan expected, PipelinePlan? plan)
    {
        Assert.NotNull(plan);
        Assert.Equal((expected.Epoch, expected.Router), (plan.Epoch, plan.Router));
        Assert.True(expected.SameStages(plan.Stages), $"{plan} is not {expected}.");
    }
}
