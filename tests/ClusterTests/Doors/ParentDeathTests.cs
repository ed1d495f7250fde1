using OrleansInference.ClusterTests.Stopping;
using OrleansInference.Silo.LocalCluster;
using OrleansInference.Silo.Storage;

namespace OrleansInference.ClusterTests.Doors;

/// <summary>What <c>serve --nodes</c> starts ends with it, and shows no secret to others on the machine.</summary>
public sealed class ParentDeathTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"oi-parent-{Guid.NewGuid():N}"[..20]);

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [SkippableFact]
    public async Task Nodes_and_PostgreSQL_end_when_their_parent_is_killed_and_their_command_lines_hold_no_secret()
    {
        Skip.If(PostgresBinaries.Find() is null, "PostgreSQL is not installed here.");
        Skip.IfNot(PostgresServer.IsSupported, "Processes do not end with others here.");
        using NodeProgram parent = new("--nodes", "2", "--port", "0", "--threads", "1", "--postgres-folder", _folder, "--admin-key", "hushed");
        await parent.ServesAsync();
        int[] children = Processes.ChildrenOf(parent.Id);
        string[][] commands = [.. children.Select(Processes.CommandLineOf)];
        Assert.Equal(2, commands.Count(static command => command[0] == "dotnet"));
        Assert.Single(commands, static command => Path.GetFileName(command[0]) == "postgres");
        Assert.All(commands.SelectMany(static command => command), static word =>
        {
            Assert.DoesNotContain("Password", word, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("hushed", word, StringComparison.Ordinal);
        });

        await parent.SendAsync(ProcessSignal.Kill);
        await Processes.UntilGoneAsync(children);
    }

    [SkippableFact]
    public async Task Nodes_that_start_end_as_well()
    {
        Skip.If(PostgresBinaries.Find() is null, "PostgreSQL is not installed here.");
        Skip.IfNot(PostgresServer.IsSupported, "Processes do not end with others here.");
        using NodeProgram parent = new("--nodes", "2", "--port", "0", "--threads", "1", "--postgres-folder", _folder);
        int[] children = [];
        while (children.Length < 3)
        {
            children = Processes.ChildrenOf(parent.Id);
        }

        await parent.SendAsync(ProcessSignal.Kill);
        await Processes.UntilGoneAsync(children);
    }
}
