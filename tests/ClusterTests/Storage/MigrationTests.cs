using Npgsql;
using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Models;
using OrleansInference.Silo.Storage;

namespace OrleansInference.ClusterTests.Storage;

[Collection(PostgresTests.Name)]
public sealed class MigrationTests(PostgresFixture postgres)
{
    [Fact]
    public void MigrationsCountFromOneWithoutAGap() =>
        Assert.Equal(Enumerable.Range(1, Migration.All.Count), Migration.All.Select(static migration => migration.Version));

    [SkippableFact]
    public async Task ThreeSilosThatStartAtOnceMigrateOnce()
    {
        string connectionString = await postgres.CreateDatabaseAsync();
        PostgresDatabase[] silos = [.. Enumerable.Range(0, 3).Select(_ => new PostgresDatabase(postgres.Options(connectionString)))];

        int[] applied = await Task.WhenAll(silos.Select(static silo => Migrator.ApplyAsync(silo, default)));

        Assert.Equal([0, 0, Migration.All.Count], applied.Order());
        Assert.Equal((long)Migration.All.Count, await PostgresFixture.ExecuteAsync(connectionString, "SELECT count(*) FROM inference.migration"));
        foreach (PostgresDatabase silo in silos)
        {
            await silo.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task ALaterProgramAppliesOnlyWhatIsMissing()
    {
        string connectionString = await postgres.CreateDatabaseAsync();
        await using PostgresDatabase database = new(postgres.Options(connectionString));
        await Migrator.ApplyAsync(database, default);

        Migration next = new(Migration.All.Count + 1, "later", false, "CREATE TABLE inference.later (number integer)");
        Assert.Equal(1, await Migrator.ApplyAsync(database, [.. Migration.All, next], default));
        Assert.Equal(0, await Migrator.ApplyAsync(database, [.. Migration.All, next], default));
    }

    [SkippableFact]
    public async Task AMigrationThatFailsLeavesNothingBehind()
    {
        string connectionString = await postgres.CreateDatabaseAsync();
        await using PostgresDatabase database = new(postgres.Options(connectionString));
        Migration wrong = new(Migration.All.Count + 1, "wrong", true, "CREATE TABLE inference.half (number integer); SELECT 1 / 0");

        await Assert.ThrowsAsync<PostgresException>(() => Migrator.ApplyAsync(database, [.. Migration.All, wrong], default));

        Assert.Equal(true, await PostgresFixture.ExecuteAsync(connectionString, "SELECT to_regclass('inference.migration') IS NULL"));
    }

    [SkippableFact]
    public async Task ADatabaseOfALaterProgramIsRefused()
    {
        string connectionString = await postgres.CreateDatabaseAsync();
        await (await PostgresFixture.OpenAsync(postgres.Options(connectionString))).DisposeAsync();
        await PostgresFixture.ExecuteAsync(connectionString, "INSERT INTO inference.migration VALUES (1000, 'of the future')");

        InferenceException refused = await Assert.ThrowsAsync<InferenceException>(() => PostgresFixture.OpenAsync(postgres.Options(connectionString)));

        Assert.Equal(ErrorCode.InvalidOption, refused.Code);
        Assert.Contains($"has version 1000; this program knows versions up to {Migration.All.Count}", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task ADatabaseWithALaterVersionThatIsCompatibleIsUsed()
    {
        string connectionString = await postgres.CreateDatabaseAsync();
        await (await PostgresFixture.OpenAsync(postgres.Options(connectionString))).DisposeAsync();
        await MarkAsync(connectionString, Later, Migration.All.Count);

        await using PostgresClusterStore store = await PostgresFixture.OpenAsync(postgres.Options(connectionString));

        Assert.Equal(1, await store.NextActivationAsync());
        Assert.Equal((long)Later, await PostgresFixture.ExecuteAsync(connectionString, "SELECT count(*) FROM inference.migration"));
    }

    [SkippableFact]
    public async Task ADatabaseWithALaterVersionThatIsNotCompatibleIsRefusedWithBothVersions()
    {
        string connectionString = await postgres.CreateDatabaseAsync();
        await (await PostgresFixture.OpenAsync(postgres.Options(connectionString))).DisposeAsync();
        await MarkAsync(connectionString, Later, Later);
        await MarkAsync(connectionString, Later + 1, Later); // which the step after it does not change

        InferenceException refused = await Assert.ThrowsAsync<InferenceException>(() => PostgresFixture.OpenAsync(postgres.Options(connectionString)));

        Assert.Equal(ErrorCode.InvalidOption, refused.Code);
        Assert.Contains($"has version {Later + 1}; this program knows versions up to {Migration.All.Count}. Expected a program that knows at least version {Later}.", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ProgramsOfTwoVersionsThatStartAtOnceMigrateOnce(bool compatible)
    {
        string connectionString = await postgres.CreateDatabaseAsync();
        Migration next = new(Later, "later", compatible, "CREATE TABLE inference.later (number integer)");
        PostgresDatabase[] silos = [.. Enumerable.Range(0, 4).Select(_ => new PostgresDatabase(postgres.Options(connectionString)))];

        Task<int>[] starts = [.. silos.Select((silo, number) => Migrator.ApplyAsync(silo, number % 2 == 0 ? Migration.All : [.. Migration.All, next], default))];
        await Task.WhenAll(starts.Select(static start => start.ContinueWith(static _ => { }, TaskScheduler.Default)));

        Assert.Equal(Later, starts.Where(static start => start.IsCompletedSuccessfully).Sum(static start => start.Result));
        Assert.All([starts[1], starts[3]], static later => Assert.True(later.IsCompletedSuccessfully));
        Assert.All(starts.Where(static start => start.IsFaulted), start => Assert.False(compatible, start.Exception?.Message));
        Assert.Equal((long)Later, await PostgresFixture.ExecuteAsync(connectionString, "SELECT count(*) FROM inference.migration"));
        Task<int> earlier = Migrator.ApplyAsync(silos[0], default);
        if (compatible)
        {
            Assert.Equal(0, await earlier);
        }
        else
        {
            await Assert.ThrowsAsync<InferenceException>(() => earlier);
        }

        foreach (PostgresDatabase silo in silos)
        {
            await silo.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task ADatabaseOfProgramsThatDidNotSayWhatIsCompatibleIsBroughtUpToDate()
    {
        string connectionString = await postgres.CreateDatabaseAsync();
        await using PostgresDatabase database = new(postgres.Options(connectionString));
        await Migrator.ApplyAsync(database, default);
        await PostgresFixture.ExecuteAsync(connectionString, "ALTER TABLE inference.migration DROP COLUMN oldest_program");

        Assert.Equal(0, await Migrator.ApplyAsync(database, default));

        Assert.Equal(
            Migration.All.Last(static migration => !migration.Compatible).Version,
            await PostgresFixture.ExecuteAsync(connectionString, $"SELECT oldest_program FROM inference.migration WHERE version = {Migration.All.Count}"));
    }

    private static int Later => Migration.All.Count + 1;

    /// <summary>As a later program does that brings a version.</summary>
    private static Task<object?> MarkAsync(string connectionString, int version, int oldestProgram) =>
        PostgresFixture.ExecuteAsync(connectionString, $"INSERT INTO inference.migration (version, name, oldest_program) VALUES ({version}, 'later', {oldestProgram})");
}
