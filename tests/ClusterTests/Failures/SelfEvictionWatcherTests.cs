using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime;
using OrleansInference.ClusterTests.Postgres;
using OrleansInference.ClusterTests.Storage;
using OrleansInference.Silo.Failures;
using OrleansInference.Silo.Storage;

namespace OrleansInference.ClusterTests.Failures;

[Collection(PostgresTests.Name)]
public sealed class SelfEvictionWatcherTests(PostgresFixture postgres)
{
    private const int Port = 30000;

    [SkippableFact]
    public async Task A_silo_that_was_declared_dead_without_hearing_of_it_looks_into_the_table()
    {
        PostgresOptions options = postgres.Options();
        await using PostgresClusterStore store = await PostgresFixture.OpenAsync(options);
        await postgres.SayAliveAsync(options.ClusterId, Port);
        FakeMembership membership = new([]);
        using SelfEvictionWatcher own = new(store.Members, membership, new FakeDetails(SiloAddress.New(IPAddress.Loopback, Port, 1)), NullLogger<SelfEvictionWatcher>.Instance);
        await own.StartAsync(CancellationToken.None);
        ActiveSilo self = Assert.Single(await store.Members.ActiveAsync());
        Assert.False(membership.Refreshed.IsCompleted);

        await postgres.Local.StopAsync();
        await postgres.Local.StartAsync();
        Assert.True(await store.Members.DeclareDeadAsync(self));

        await Samples.WithinAsync(membership.Refreshed, "the silo to look");
        await own.StopAsync(CancellationToken.None);
    }
}
