using OrleansInference.ClusterTests.Nodes;
using OrleansInference.Silo.Settings;
using OrleansInference.Silo.Storage;

namespace OrleansInference.ClusterTests.Postgres;

/// <summary>What tests need of the machine: they are skipped where it is not there.</summary>
internal static class Require
{
    public static Task<TestCluster> ClusterAsync(int nodes, int? stages, RestartPolicy restart = RestartPolicy.Never, params string[] settings)
    {
        Skip.If(PostgresBinaries.Find() is null, "PostgreSQL is not installed here.");
        return TestCluster.StartAsync(nodes, stages, restart, settings: settings);
    }

    /// <summary>A cluster whose nodes have variables in their environment.</summary>
    public static Task<TestCluster> ClusterAsync(int nodes, int stages, Dictionary<string, string> variables)
    {
        Skip.If(PostgresBinaries.Find() is null, "PostgreSQL is not installed here.");
        return TestCluster.StartAsync(nodes, stages, variables: variables);
    }

    /// <summary>A cluster whose PostgreSQL has its data on a disk of its own.</summary>
    public static Task<TestCluster> ClusterAsync(int nodes, int stages, SmallDisk disk)
    {
        Skip.If(PostgresBinaries.Find() is null, "PostgreSQL is not installed here.");
        return TestCluster.StartAsync(nodes, stages, disk: disk);
    }

    /// <summary>A cluster on a network of its own, whose nodes are started again when they end.</summary>
    public static Task<TestCluster> ClusterAsync(int nodes, int stages, TestNetwork network)
    {
        Skip.If(PostgresBinaries.Find() is null, "PostgreSQL is not installed here.");
        return TestCluster.StartAsync(nodes, stages, RestartPolicy.OnFailure, network);
    }
}
