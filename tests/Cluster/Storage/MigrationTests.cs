using Npgsql;
using OrleansInference.Cluster.Postgres;
using OrleansInference.Models;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Cluster.Storage;

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

        Migration next = new(Migration.All.Count + 1, "later", "CREATE TABLE inference.later (number integer)");
        Assert.Equal(1, await Migrator.ApplyAsync(database, [.. Migration.All, next], default));
        Assert.Equal(0, await Migrator.ApplyAsync(database, [.. Migration.All, next], default));
    }

    [SkippableFact]
    public async Task AMigrationThatFailsLeavesNothingBehind()
    {
        string connectionString = await postgres.CreateDatabaseAsync();
        await using PostgresDatabase database = new(postgres.Options(connectionString));
        Migration wrong = new(Migration.All.Count + 1, "wrong", "CREATE TABLE inference.half (number integer); SELECT 1 / 0");

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
        Assert.Contains($"is of version 1000; this program knows versions up to {Migration.All.Count}", refused.Message, StringComparison.Ordinal);
    }
}
