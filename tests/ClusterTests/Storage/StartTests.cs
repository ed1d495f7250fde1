using Npgsql;
using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Models;
using OrleansInference.Silo.Storage;

namespace OrleansInference.ClusterTests.Storage;

[Collection(PostgresTests.Name)]
public sealed class StartTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData("Port=5432")]
    [InlineData("Host=localhost;Colour=blue")]
    [InlineData("Host=localhost;Port=many")]
    public async Task AConnectionStringThatIsWrongIsNamedAndNotQuoted(string connectionString)
    {
        PostgresOptions options = new() { ConnectionString = connectionString + ";Password=hushed", ClusterId = "cluster" };

        InferenceException refused = await Assert.ThrowsAsync<InferenceException>(() => PostgresFixture.OpenAsync(options));

        Assert.Equal((ErrorCode.InvalidOption, "Postgres:ConnectionString"), (refused.Code, refused.Parameter));
        Assert.Contains("Host=…", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hushed", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatTheUserSaysOfAConnectionHolds()
    {
        PostgresOptions options = new() { ConnectionString = "Host=db;CommandTimeout=33", ClusterId = "cluster" };

        NpgsqlConnectionStringBuilder parts = options.Complete();

        Assert.Equal(("db", 33, 5, 8, "inference"), (parts.Host, parts.CommandTimeout, parts.Timeout, parts.MaxPoolSize, parts.SearchPath));
        Assert.False(new NpgsqlConnectionStringBuilder(options.MembershipConnectionString).Pooling);
    }

    [Fact]
    public async Task AnOptionOutOfItsRangeIsNamed()
    {
        PostgresOptions options = new() { ConnectionString = "Host=localhost", ClusterId = "" };

        Assert.Equal("Postgres:ClusterId", (await Assert.ThrowsAsync<InferenceException>(() => PostgresFixture.OpenAsync(options))).Parameter);
        options = options with { ClusterId = "cluster", PruneBatch = 0 };
        Assert.Equal("Postgres:PruneBatch", (await Assert.ThrowsAsync<InferenceException>(() => PostgresFixture.OpenAsync(options))).Parameter);
    }

    [SkippableFact]
    public async Task AWrongPasswordIsRefusedAtOnceWithTheDatabasesWords()
    {
        string connectionString = new NpgsqlConnectionStringBuilder(postgres.Local.ConnectionString) { Password = "guess" }.ConnectionString;

        InferenceException refused = await Assert.ThrowsAsync<InferenceException>(() => PostgresFixture.OpenAsync(postgres.Options(connectionString)));

        Assert.Equal(ErrorCode.InvalidOption, refused.Code);
        Assert.Contains("password authentication failed", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task ASiloThatStartsBeforeItsDatabaseWaitsForIt()
    {
        PostgresOptions options = postgres.Options();
        await postgres.Local.StopAsync();
        Task<PostgresClusterStore> opening = PostgresFixture.OpenAsync(options);

        await postgres.Local.StartAsync();

        await using PostgresClusterStore store = await opening;
        Assert.Equal(1, await store.NextActivationAsync());
    }

    [SkippableFact]
    public async Task ADatabaseThatStaysAwayIsNamed()
    {
        PostgresOptions options = postgres.Options() with { StartPatience = TimeSpan.FromMilliseconds(100) };
        await postgres.Local.StopAsync();
        try
        {
            InferenceException away = await Assert.ThrowsAsync<InferenceException>(() => PostgresFixture.OpenAsync(options));

            Assert.Equal(ErrorCode.Unavailable, away.Code);
            Assert.Contains($"127.0.0.1:{postgres.Local.Port}", away.Message, StringComparison.Ordinal);
        }
        finally
        {
            await postgres.Local.StartAsync();
        }
    }
}
