using OrleansInference.Cluster.Protocol;
using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Engine.Requests;
using OrleansInference.Silo.Storage;

namespace OrleansInference.ClusterTests.Storage;

[Collection(PostgresTests.Name)]
public sealed class SessionTests(PostgresFixture postgres)
{
    [SkippableFact]
    public async Task ASessionIsReadAsItWasWritten()
    {
        await using PostgresClusterStore store = await postgres.OpenAsync();
        SessionRecord record = Samples.Session(tokens: 3000);

        await store.WriteAsync(5, record);

        Assert.Equal(Samples.Bytes(record), Samples.Bytes((await store.ReadAsync(5))!));
        Assert.Null(await store.ReadAsync(6));
    }

    [SkippableFact]
    public async Task ALongLogIsReadAsAWholeAndOnlyItsLastBlockIsWrittenAgain()
    {
        string connectionString = await postgres.CreateDatabaseAsync();
        PostgresOptions options = postgres.Options(connectionString);
        await using PostgresClusterStore store = await PostgresFixture.OpenAsync(options);
        await store.WriteAsync(5, Samples.Session(tokens: 700));
        string[] before = await RowsAsync();

        await store.WriteAsync(5, Samples.Session(tokens: 800, from: 512));

        string[] after = await RowsAsync();
        Assert.Equal(Enumerable.Range(100, 800), (await store.ReadAsync(5))!.Choices[0].Tokens);
        Assert.Equal(["0", "256", "512"], before.Select(static row => row.Split(' ')[0]));
        Assert.Equal(["0", "256", "512", "768"], after.Select(static row => row.Split(' ')[0]));
        Assert.Equal(before[..2], after[..2]); // with the transactions that wrote them
        Assert.NotEqual(before[2], after[2]);

        async Task<string[]> RowsAsync() => (string[])(await PostgresFixture.ExecuteAsync(
            connectionString, "SELECT array_agg(first || ' ' || xmin || ' ' || length(body) ORDER BY first) FROM inference.session_block WHERE number = 5"))!;
    }

    [SkippableFact]
    public async Task ASessionThatAnEarlierVersionWroteGoesOnInParts()
    {
        string connectionString = await postgres.CreateDatabaseAsync();
        PostgresOptions options = postgres.Options(connectionString);
        await using PostgresClusterStore store = await PostgresFixture.OpenAsync(options);
        string body = Convert.ToHexString(Samples.Bytes(Samples.Session(tokens: 300)));
        await PostgresFixture.ExecuteAsync(
            connectionString, $"INSERT INTO inference.session (cluster, number, tokens, updated_at, body) VALUES ('{options.ClusterId}', 5, 300, now(), '\\x{body}')");
        Assert.Equal(300, (await store.ReadAsync(5))!.Choices[0].Tokens.Length);

        await store.WriteAsync(5, Samples.Session(tokens: 310, FinishReason.Stop, from: 256));

        SessionRecord read = (await store.ReadAsync(5))!;
        Assert.Equal(Enumerable.Range(100, 310), read.Choices[0].Tokens);
        Assert.True(read.Ended);
        Assert.Empty(await store.UnfinishedAsync());
    }

    [SkippableFact]
    public async Task ASessionThatWasLeftOffIsStoredAgainWhenSomebodyAsksForIt()
    {
        PostgresOptions options = postgres.Options() with { Retention = TimeSpan.Zero };
        await using PostgresClusterStore store = await PostgresFixture.OpenAsync(options);
        await store.WriteAsync(1, Samples.Session(tokens: 10) with { Abandoned = true });
        await store.WriteAsync(2, Samples.Session(tokens: 10, cancelled: true) with { Abandoned = true });
        Assert.Empty(await store.UnfinishedAsync());

        foreach (int session in new[] { 1, 2 })
        {
            await store.WriteAsync(session, Samples.Session(tokens: 9, begins: false) with { Abandoned = true });
            await store.WriteAsync(session, Samples.Session(tokens: 9, begins: false));
            await store.WriteAsync(session, Samples.Session(tokens: 12, begins: false));
        }

        Assert.Equal([1], await store.UnfinishedAsync());
        Assert.Equal(12, (await store.ReadAsync(1))!.Choices[0].Tokens.Length);
        Assert.True((await store.ReadAsync(2))!.Cancelled);
        Assert.Equal(1, await store.PruneAsync());
        await store.WriteAsync(1, Samples.Session(tokens: 13, FinishReason.Stop, begins: false));
        await store.WriteAsync(1, Samples.Session(tokens: 14, begins: false));
        Assert.True((await store.ReadAsync(1))!.Ended);
    }

    [SkippableFact]
    public async Task WhatIsWrittenLateOfASessionThatWasRemovedStaysAway()
    {
        string connectionString = await postgres.CreateDatabaseAsync();
        await using PostgresClusterStore store = await PostgresFixture.OpenAsync(postgres.Options(connectionString) with { Retention = TimeSpan.Zero });
        await store.WriteAsync(1, Samples.Session(tokens: 600, FinishReason.Stop));
        await store.WriteAsync(2, Samples.Session(tokens: 600));
        Assert.Equal(1, await store.PruneAsync());

        await store.WriteAsync(1, Samples.Session(tokens: 610, from: 512));

        Assert.Null(await store.ReadAsync(1));
        int[] left = (int[])(await PostgresFixture.ExecuteAsync(connectionString, "SELECT array_agg(number) FROM inference.session_block"))!;
        Assert.Equal([2, 2, 2], left);
    }

    [SkippableFact]
    public async Task SessionsOfAnotherClusterAreNotSeen()
    {
        await using PostgresClusterStore store = await postgres.OpenAsync();
        await using PostgresClusterStore other = await postgres.OpenAsync();

        await store.WriteAsync(5, Samples.Session(tokens: 1));

        Assert.Null(await other.ReadAsync(5));
        Assert.Empty(await other.UnfinishedAsync());
    }

    [SkippableFact]
    public async Task UnfinishedAreThoseThatNeitherEndedNorWereCancelled()
    {
        await using PostgresClusterStore store = await postgres.OpenAsync();
        await Task.WhenAll(Enumerable.Range(1, 6).Select(session => store.WriteAsync(session, Samples.Session(tokens: 2))));

        await store.WriteAsync(2, Samples.Session(tokens: 3, FinishReason.Stop));
        await store.WriteAsync(5, Samples.Session(tokens: 0, cancelled: true));

        Assert.Equal([1, 3, 4, 6], await store.UnfinishedAsync());
    }

    [SkippableFact]
    public async Task WhatASiloThatWasFrozenWritesLateDoesNotPutASessionBack()
    {
        PostgresOptions options = postgres.Options();
        await using PostgresClusterStore frozen = await PostgresFixture.OpenAsync(options);
        await using PostgresClusterStore store = await PostgresFixture.OpenAsync(options);
        await store.WriteAsync(1, Samples.Session(tokens: 20));
        await store.WriteAsync(2, Samples.Session(tokens: 20, FinishReason.Length));

        await frozen.WriteAsync(1, Samples.Session(tokens: 10));
        await frozen.WriteAsync(1, Samples.Session(tokens: 11, from: 0, begins: false));
        await frozen.WriteAsync(2, Samples.Session(tokens: 10));
        await frozen.WriteAsync(2, Samples.Session(tokens: 10, cancelled: true));

        Assert.Equal(20, (await store.ReadAsync(1))!.Choices[0].Tokens.Length);
        SessionRecord ended = (await store.ReadAsync(2))!;
        Assert.Equal((20, FinishReason.Length, false), (ended.Choices[0].Tokens.Length, ended.Choices[0].Finish, ended.Cancelled));
        Assert.Equal([1], await store.UnfinishedAsync());
    }

    [SkippableFact]
    public async Task EndedSessionsGoWhenTheirTimeIsOverAndOthersStay()
    {
        PostgresOptions options = postgres.Options() with { Retention = TimeSpan.Zero, PruneBatch = 4 };
        await using PostgresClusterStore store = await PostgresFixture.OpenAsync(options);
        await using PostgresClusterStore patient = await PostgresFixture.OpenAsync(options with { Retention = TimeSpan.FromMinutes(10) });
        await Task.WhenAll(Enumerable.Range(1, 30).Select(session =>
            store.WriteAsync(session, Samples.Session(tokens: 1, session % 3 == 0 ? FinishReason.None : FinishReason.Stop))));

        Assert.Equal(0, await patient.PruneAsync());
        Assert.Equal(20, await store.PruneAsync());

        Assert.Null(await store.ReadAsync(1));
        Assert.NotNull(await store.ReadAsync(3));
        Assert.Equal(10, (await store.UnfinishedAsync()).Count);
    }

    [SkippableFact]
    public async Task SessionsArePrunedWithoutBeingAsked()
    {
        PostgresOptions options = postgres.Options() with { Retention = TimeSpan.Zero, PruneInterval = TimeSpan.FromMilliseconds(100) };
        await using PostgresClusterStore store = await PostgresFixture.OpenAsync(options);

        await store.WriteAsync(1, Samples.Session(tokens: 1, FinishReason.Stop));

        await Samples.WithinAsync(GoneAsync(), "the ended session to be removed");

        async Task GoneAsync()
        {
            while (await store.ReadAsync(1) is not null)
            {
                await Task.Yield();
            }
        }
    }
}
