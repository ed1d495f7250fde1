using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService;
using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Silo.Storage;

namespace OrleansInference.ClusterTests.Storage;

/// <summary>The membership provider of Orleans on the statements that our migration gives it.</summary>
[Collection(PostgresTests.Name)]
public sealed class MembershipTests(PostgresFixture postgres)
{
    [SkippableFact]
    public async Task ASiloIsReadAsItWasInserted()
    {
        IMembershipTable table = await OpenAsync();
        MembershipEntry silo = Silo(port: 11111);

        Assert.True(await table.InsertRowAsync(silo, (await table.ReadAllAsync()).Version.Next()));

        AssertSame(silo, Assert.Single((await table.ReadAllAsync()).Members).Item1);
        AssertSame(silo, Assert.Single((await table.ReadRowAsync(silo.SiloAddress)).Members).Item1);
        Assert.Empty((await table.ReadRowAsync(Silo(port: 22222).SiloAddress)).Members);
        Assert.Equal(1, (await table.ReadAllAsync()).Version.Version);
    }

    [SkippableFact]
    public async Task ASiloIsInsertedOnceAndOnTheVersionItWasDecidedOn()
    {
        IMembershipTable table = await OpenAsync();
        TableVersion first = (await table.ReadAllAsync()).Version.Next();
        Assert.True(await table.InsertRowAsync(Silo(port: 1), first));

        Assert.False(await table.InsertRowAsync(Silo(port: 2), first));
        Assert.False(await table.InsertRowAsync(Silo(port: 1), (await table.ReadAllAsync()).Version.Next()));

        MembershipTableData data = await table.ReadAllAsync();
        Assert.Equal((1, 1), (data.Members.Count, data.Version.Version));
    }

    [SkippableFact]
    public async Task AnUpdateChangesStatusAndSuspicionsOnTheVersionItWasDecidedOn()
    {
        IMembershipTable table = await OpenAsync();
        MembershipEntry silo = Silo(port: 1);
        Assert.True(await table.InsertRowAsync(silo, (await table.ReadAllAsync()).Version.Next()));
        MembershipTableData read = await table.ReadAllAsync();
        silo.Status = SiloStatus.Dead;
        silo.IAmAliveTime = Moment(minutes: 5);
        silo.SuspectTimes = [Tuple.Create(Silo(port: 2).SiloAddress, Moment(minutes: 3)), Tuple.Create(Silo(port: 3).SiloAddress, Moment(minutes: 4))];

        Assert.True(await table.UpdateRowAsync(silo, read.Members[0].Item2, read.Version.Next()));
        Assert.False(await table.UpdateRowAsync(silo, read.Members[0].Item2, read.Version.Next()));
        Assert.False(await table.UpdateRowAsync(Silo(port: 9), read.Members[0].Item2, (await table.ReadAllAsync()).Version.Next()));

        MembershipTableData data = await table.ReadAllAsync();
        AssertSame(silo, Assert.Single(data.Members).Item1);
        Assert.Equal(2, data.Version.Version);
    }

    [SkippableFact]
    public async Task ASiloThatIsLeftBehindIsDeclaredDeadOnceAndOnANewVersion()
    {
        PostgresOptions options = postgres.Options();
        IMembershipTable table = await OpenAsync(options);
        await using PostgresClusterStore store = await PostgresFixture.OpenAsync(options);
        MembershipEntry silo = Silo(port: 1);
        silo.Status = SiloStatus.Active;
        Assert.True(await table.InsertRowAsync(silo, (await table.ReadAllAsync()).Version.Next()));
        MembershipTableData before = await table.ReadAllAsync();
        ActiveSilo left = Assert.Single(await store.Members.ActiveAsync());
        Assert.Equal(new ActiveSilo(silo.SiloAddress.Endpoint, silo.SiloAddress.Generation, silo.IAmAliveTime), left);

        Assert.True(await store.Members.DeclareDeadAsync(left));
        Assert.False(await store.Members.DeclareDeadAsync(left));

        Assert.Empty(await store.Members.ActiveAsync());
        Assert.Equal(SiloStatus.Dead, Assert.Single((await table.ReadAllAsync()).Members).Item1.Status);
        Assert.False(await table.UpdateRowAsync(silo, before.Members[0].Item2, before.Version.Next()));
    }

    [SkippableFact]
    public async Task OfSilosThatJoinAtOnceEachFindsAVersionOfItsOwn()
    {
        PostgresOptions options = postgres.Options();
        IMembershipTable[] tables = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => OpenAsync(options)));

        int[] attempts = await Task.WhenAll(tables.Select(static (table, port) => JoinAsync(table, port + 1)));

        MembershipTableData data = await tables[0].ReadAllAsync();
        Assert.Equal(Enumerable.Range(1, tables.Length), data.Members.Select(static member => member.Item1.SiloAddress.Endpoint.Port).Order());
        Assert.Equal(tables.Length, data.Version.Version);
        Assert.All(attempts, static attempt => Assert.InRange(attempt, 1, 1000));

        static async Task<int> JoinAsync(IMembershipTable table, int port)
        {
            int attempt = 1;
            while (!await table.InsertRowAsync(Silo(port), (await table.ReadAllAsync()).Version.Next()))
            {
                attempt++;
            }

            return attempt;
        }
    }

    [SkippableFact]
    public async Task BeingAliveIsWrittenWithoutAVersion()
    {
        IMembershipTable table = await OpenAsync();
        MembershipEntry silo = Silo(port: 1);
        Assert.True(await table.InsertRowAsync(silo, (await table.ReadAllAsync()).Version.Next()));
        silo.IAmAliveTime = Moment(minutes: 7);

        await table.UpdateIAmAliveAsync(silo);

        MembershipTableData data = await table.ReadAllAsync();
        AssertSame(silo, Assert.Single(data.Members).Item1);
        Assert.Equal(1, data.Version.Version);
    }

    [SkippableFact]
    public async Task OfSilosThatFellSilentOnlyTheDeadAreRemoved()
    {
        IMembershipTable table = await OpenAsync();
        foreach ((int port, SiloStatus status) in new[] { (1, SiloStatus.Active), (2, SiloStatus.Dead), (3, SiloStatus.Dead) })
        {
            MembershipEntry silo = Silo(port);
            silo.Status = status;
            silo.IAmAliveTime = Moment(minutes: port);
            Assert.True(await table.InsertRowAsync(silo, (await table.ReadAllAsync()).Version.Next()));
        }

        await table.CleanupDefunctSiloEntriesAsync(Moment(minutes: 3));

        Assert.Equal([1, 3], (await table.ReadAllAsync()).Members.Select(static member => member.Item1.SiloAddress.Endpoint.Port).Order());
    }

    [SkippableFact]
    public async Task ClustersAreApartAndOneCanBeRemoved()
    {
        IMembershipTable table = await OpenAsync();
        PostgresOptions leaving = postgres.Options();
        IMembershipTable other = await OpenAsync(leaving);
        Assert.True(await table.InsertRowAsync(Silo(port: 1), (await table.ReadAllAsync()).Version.Next()));
        Assert.True(await other.InsertRowAsync(Silo(port: 1), (await other.ReadAllAsync()).Version.Next()));

        await other.DeleteMembershipTableEntriesAsync(leaving.ClusterId);
        await other.InitializeMembershipTableAsync(true);

        Assert.Single((await table.ReadAllAsync()).Members);
        Assert.Empty((await other.ReadAllAsync()).Members);
        Assert.Equal(0, (await other.ReadAllAsync()).Version.Version);
    }

    [SkippableFact]
    public async Task ARestartOfTheDatabaseFailsNoStatementAfterIt()
    {
        IMembershipTable table = await OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => table.ReadAllAsync()));

        await postgres.Local.StopAsync();
        await postgres.Local.StartAsync();

        Assert.True(await table.InsertRowAsync(Silo(port: 1), (await table.ReadAllAsync()).Version.Next()));
    }

    private static DateTime Moment(int minutes) => new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(minutes);

    private static MembershipEntry Silo(int port) => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Loopback, port, generation: 17),
        SiloName = $"silo-{port}",
        HostName = "host",
        Status = SiloStatus.Joining,
        ProxyPort = 30000 + port,
        StartTime = Moment(minutes: 0),
        IAmAliveTime = Moment(minutes: 1),
    };

    private static void AssertSame(MembershipEntry expected, MembershipEntry read)
    {
        Assert.Equal(
            (expected.SiloAddress, expected.SiloName, expected.HostName, expected.Status, expected.ProxyPort, expected.StartTime, expected.IAmAliveTime),
            (read.SiloAddress, read.SiloName, read.HostName, read.Status, read.ProxyPort, read.StartTime, read.IAmAliveTime));
        Assert.Equal(expected.SuspectTimes ?? [], read.SuspectTimes ?? []);
    }

    private Task<IMembershipTable> OpenAsync() => OpenAsync(postgres.Options());

    private static async Task<IMembershipTable> OpenAsync(PostgresOptions options)
    {
        await (await PostgresFixture.OpenAsync(options)).DisposeAsync();
        ServiceCollection services = new();
        services.AddLogging();
        services.Configure<ClusterOptions>(cluster => cluster.ClusterId = options.ClusterId);
        services.Configure<AdoNetClusteringSiloOptions>(clustering => (clustering.Invariant, clustering.ConnectionString) = ("Npgsql", options.MembershipConnectionString));
        AdoNetClusteringTable table = ActivatorUtilities.CreateInstance<AdoNetClusteringTable>(services.BuildServiceProvider());
        await table.InitializeMembershipTableAsync(true);
        return table;
    }
}
