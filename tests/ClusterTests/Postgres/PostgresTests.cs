namespace OrleansInference.ClusterTests.Postgres;

/// <summary>Tests that share a PostgreSQL, one after the other: some of them stop it.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresTests : ICollectionFixture<PostgresFixture>
{
    public const string Name = "PostgreSQL";
}
