using System.Diagnostics;
using System.Globalization;
using OrleansInference.Models;
using OrleansInference.Silo.Storage;

namespace OrleansInference.ClusterTests.Postgres;

public sealed class LocalPostgresTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"orleans inference postgres {Guid.NewGuid():N}");

    public LocalPostgresTests() => Skip.If(PostgresBinaries.Find() is null, "PostgreSQL's programs (initdb, pg_ctl, postgres) are not installed here.");

    private string Data => Path.Combine(_folder, "data");

    private string PidFile => Path.Combine(Data, "postmaster.pid");

    [SkippableFact]
    public async Task WhatWasWrittenIsThereAfterAnotherStart()
    {
        await using (LocalPostgres local = await LocalPostgres.StartAsync(_folder, durable: false))
        {
            await PostgresFixture.ExecuteAsync(local.ConnectionString, "CREATE TABLE kept AS SELECT 42 AS number");
        }

        Assert.False(File.Exists(PidFile));
        await using LocalPostgres again = await LocalPostgres.StartAsync(_folder, durable: false);
        Assert.Equal(42, await PostgresFixture.ExecuteAsync(again.ConnectionString, "SELECT number FROM kept"));
    }

    [SkippableFact]
    public async Task AServerThatWasKilledStartsAgain()
    {
        await using LocalPostgres local = await LocalPostgres.StartAsync(_folder, durable: false);
        await PostgresFixture.ExecuteAsync(local.ConnectionString, "CREATE TABLE kept AS SELECT 42 AS number");
        using (Process server = Process.GetProcessById(int.Parse((await File.ReadAllLinesAsync(PidFile))[0], CultureInfo.InvariantCulture)))
        {
            server.Kill();
            await server.WaitForExitAsync();
        }

        await local.StopAsync();
        Assert.True(File.Exists(PidFile));
        await local.StartAsync();

        Assert.Equal(42, await PostgresFixture.ExecuteAsync(local.ConnectionString, "SELECT number FROM kept"));
    }

    [SkippableFact]
    public async Task AServerWhoseNumberAStrangerHasNowStartsAgain()
    {
        await (await LocalPostgres.StartAsync(_folder, durable: false)).DisposeAsync();
        await File.WriteAllTextAsync(PidFile, $"{Environment.ProcessId}\n{Data}\n0\n1\n\n127.0.0.1\n0 0\nready\n");

        await using LocalPostgres local = await LocalPostgres.StartAsync(_folder, durable: false);

        Assert.Equal(1, await PostgresFixture.ExecuteAsync(local.ConnectionString, "SELECT 1"));
    }

    [SkippableFact]
    public async Task AServerWhoseOwnerDiedWithoutStoppingItIsReplaced()
    {
        await (await LocalPostgres.StartAsync(_folder, durable: false)).DisposeAsync();
        PostgresTool tool = new(PostgresBinaries.Find()!);
        string settings = "-c listen_addresses= -c unix_socket_directories=/tmp";
        await tool.RunAsync("pg_ctl", "start", "-w", "-D", Data, "-l", Path.Combine(Data, "server.log"), "-o", settings);
        string before = (await File.ReadAllLinesAsync(PidFile))[0];

        await using LocalPostgres local = await LocalPostgres.StartAsync(_folder, durable: false);

        Assert.NotEqual(before, (await File.ReadAllLinesAsync(PidFile))[0]);
        Assert.Equal(1, await PostgresFixture.ExecuteAsync(local.ConnectionString, "SELECT 1"));
    }

    [SkippableFact]
    public async Task AFolderThatIsInUseIsRefused()
    {
        await using LocalPostgres local = await LocalPostgres.StartAsync(_folder, durable: false);

        InferenceException refused = await Assert.ThrowsAsync<InferenceException>(() => LocalPostgres.StartAsync(_folder, durable: false));

        Assert.Equal(ErrorCode.Unavailable, refused.Code);
        Assert.Contains("in use", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task AFolderOfAVersionThatIsNotInstalledIsRefusedByName()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "data"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "data", "PG_VERSION"), "7\n");

        InferenceException refused = await Assert.ThrowsAsync<InferenceException>(() => LocalPostgres.StartAsync(_folder, durable: false));

        Assert.Contains("PostgreSQL 7", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}
