using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Wire;
using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Silo.Storage;

namespace OrleansInference.ClusterTests.Storage;

[Collection(PostgresTests.Name)]
public sealed class SessionBatchTests(PostgresFixture postgres)
{
    [SkippableFact]
    public async Task WhatWaitsWhileTheDatabaseIsAwayIsWrittenOnceItIsBackInOneRoundTrip()
    {
        await using PostgresClusterStore store = await postgres.OpenAsync();
        await postgres.Local.StopAsync();
        Task[] writes = [.. Enumerable.Range(0, 1000).Select(write => store.WriteAsync(1 + (write % 50), Samples.Session(tokens: 1 + (write / 50))))];
        Assert.All(writes, static write => Assert.False(write.IsCompleted));
        long before = store.WrittenBatches;

        await postgres.Local.StartAsync();
        await Task.WhenAll(writes);

        Assert.Equal(before + 1, store.WrittenBatches);
        Assert.Equal(0, store.WaitingWrites);
        foreach (int session in Enumerable.Range(1, 50))
        {
            Assert.Equal(20, (await store.ReadAsync(session))!.Choices[0].Tokens.Length);
        }
    }

    [Fact]
    public void ASessionThatIsWrittenAgainWhileABatchIsFilledIsInItOnceAndAsItIsLast()
    {
        List<int> written = [];
        WaitingSessions waiting = new();
        SessionBatch batch = new();
        for (int version = 1; version <= 3; version++)
        {
            int number = version;
            waiting.Add(7, Samples.Session(tokens: version), () => written.Add(number));
            Assert.True(waiting.TryTake(out WaitingSession taken));
            batch.Add(taken);
        }

        EncodedSession encoded = Assert.Single(batch.Encoded);
        Assert.Equal((7, 3L), (encoded.Number, encoded.Tokens));
        Assert.Equal(3, ControlCodec.ReadBlock(Assert.Single(encoded.Blocks).Body).Tokens.Tokens.Length);
        Assert.Equal(encoded.Bytes, batch.Bytes);
        waiting.Return(batch.Sessions);
        Assert.True(waiting.TryTake(out WaitingSession again));
        Assert.Equal(3, again.Record.Choices[0].Tokens.Length);
        again.Written.ForEach(static said => said());
        Assert.Equal([1, 2, 3], written);
    }

    [SkippableFact]
    public async Task ARoundTripTakesNoMoreBytesThanItMay()
    {
        int bytes = Samples.Bytes(Samples.Session(tokens: 100)).Length;
        await using PostgresClusterStore store = await PostgresFixture.OpenAsync(postgres.Options() with { MaxBatchBytes = bytes * 5 });
        await postgres.Local.StopAsync();
        Task[] writes = [.. Enumerable.Range(1, 50).Select(session => store.WriteAsync(session, Samples.Session(tokens: 100)))];

        await postgres.Local.StartAsync();
        await Task.WhenAll(writes);

        Assert.InRange(store.WrittenBatches, 10, 50);
        Assert.Equal(Enumerable.Range(1, 50), await store.UnfinishedAsync());
    }

    [SkippableFact]
    public async Task NothingIsLostWhenTheDatabaseCrashesInTheMiddleOfWrites()
    {
        const int Sessions = 20;
        const int Versions = 150;
        await using PostgresClusterStore store = await postgres.OpenAsync();
        Task writers = Task.WhenAll(Enumerable.Range(1, Sessions).Select(WriteAllAsync));

        for (int crash = 0; crash < 3; crash++)
        {
            long before = store.WrittenBatches;
            await Samples.WithinAsync(UntilAsync(() => store.WrittenBatches > before || writers.IsCompleted), "another batch to be written");
            await postgres.Local.StopAsync(crash: true);
            await postgres.Local.StartAsync();
        }

        await writers;
        SessionRecord?[] records = await Task.WhenAll(Enumerable.Range(1, Sessions).Select(store.ReadAsync));
        Assert.All(records, static record => Assert.Equal(Versions, record!.Choices[0].Tokens.Length));

        async Task WriteAllAsync(int session)
        {
            for (int tokens = 1; tokens <= Versions; tokens++)
            {
                await store.WriteAsync(session, Samples.Session(tokens));
            }
        }
    }

    [SkippableFact]
    public async Task ASessionThatTheDatabaseRefusesKeepsNoOtherFromBeingWritten()
    {
        string connectionString = await postgres.CreateDatabaseAsync();
        await using PostgresClusterStore store = await PostgresFixture.OpenAsync(postgres.Options(connectionString));
        await PostgresFixture.ExecuteAsync(connectionString, "ALTER TABLE inference.session ADD CONSTRAINT refused CHECK (number <> 13)");

        Task[] writes = [.. Enumerable.Range(10, 8).Select(session => store.WriteAsync(session, Samples.Session(tokens: 1)))];
        await Task.WhenAll(writes.Where(static (_, index) => index != 3));
        Assert.False(writes[3].IsCompleted);

        await PostgresFixture.ExecuteAsync(connectionString, "ALTER TABLE inference.session DROP CONSTRAINT refused");
        await writes[3];
    }

    [SkippableFact]
    public async Task AStoreThatIsClosedWritesWhatWaits()
    {
        PostgresOptions options = postgres.Options();
        PostgresClusterStore closed = await PostgresFixture.OpenAsync(options);
        for (int session = 1; session <= 100; session++)
        {
            closed.Write(session, Samples.Session(session), static () => { });
        }

        await closed.DisposeAsync();

        await using PostgresClusterStore store = await PostgresFixture.OpenAsync(options);
        Assert.Equal(100, (await store.UnfinishedAsync()).Count);
    }

    [SkippableFact]
    public async Task AStoreThatIsClosedWhileTheDatabaseIsAwayGivesUpAfterItsPatience()
    {
        PostgresClusterStore store = await PostgresFixture.OpenAsync(postgres.Options() with { Timeout = TimeSpan.FromMilliseconds(200) });
        await postgres.Local.StopAsync();
        try
        {
            bool written = false;
            store.Write(1, Samples.Session(tokens: 1), () => written = true);

            await Samples.WithinAsync(store.DisposeAsync().AsTask(), "the store to give up");

            Assert.False(written);
        }
        finally
        {
            await postgres.Local.StartAsync();
        }
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
        {
            await Task.Yield();
        }
    }
}
