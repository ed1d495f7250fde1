using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Silo.Storage;

namespace OrleansInference.ClusterTests.Storage;

[Collection(PostgresTests.Name)]
public sealed class CounterTests(PostgresFixture postgres)
{
    [SkippableFact]
    public async Task RunsOfNumbersThatManyAskForAtOnceShareNone()
    {
        PostgresOptions options = postgres.Options();
        await using PostgresClusterStore first = await PostgresFixture.OpenAsync(options);
        await using PostgresClusterStore second = await PostgresFixture.OpenAsync(options);
        const int Count = 7;

        int[] starts = await Task.WhenAll(Enumerable.Range(0, 60).Select(turn => (turn % 2 == 0 ? first : second).ReserveAsync(Count)));

        Assert.Equal(Enumerable.Range(0, 60).Select(static run => 1 + (run * Count)), starts.Order());
    }

    [SkippableFact]
    public async Task EachKindOfNumberAndEachClusterCountsFromOne()
    {
        await using PostgresClusterStore store = await postgres.OpenAsync();
        await using PostgresClusterStore other = await postgres.OpenAsync();

        Assert.Equal(1, await store.NextNodesAsync(3));
        Assert.Equal(4, await store.NextNodesAsync(1));
        Assert.Equal(1, await store.NextActivationAsync());
        Assert.Equal(2, await store.NextActivationAsync());
        Assert.Equal(1, await store.ReserveAsync(64));
        Assert.Equal(1, await other.NextActivationAsync());
    }

    [SkippableFact]
    public async Task NumbersAreNotGivenAgainAfterACrashOfTheDatabase()
    {
        await using PostgresClusterStore store = await postgres.OpenAsync();
        int before = await store.NextActivationAsync();

        await postgres.Local.StopAsync(crash: true);
        await postgres.Local.StartAsync();

        Assert.Equal(before + 1, await store.NextActivationAsync());
    }
}
