using System.Globalization;
using OrleansInference.Bench.Chaos;

namespace OrleansInference.ClusterTests.Postgres;

/// <summary>A PostgreSQL all of whose processes stand still until this is disposed: it takes connections, and answers nothing.</summary>
internal sealed class FrozenPostgres : IAsyncDisposable
{
    private readonly List<int> _processes = [];

    private FrozenPostgres()
    {
    }

    public static async Task<FrozenPostgres> FreezeAsync(string connectionString)
    {
        string folder = (string)(await PostgresFixture.ExecuteAsync(connectionString, "SHOW data_directory"))!;
        int postmaster = int.Parse((await File.ReadAllLinesAsync(Path.Combine(folder, "postmaster.pid")))[0], CultureInfo.InvariantCulture);
        FrozenPostgres frozen = new();

        // First the one that starts others.
        await frozen.StopAsync(postmaster);
        foreach (int process in Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(static name => name!.All(char.IsAsciiDigit))
            .Select(static name => int.Parse(name!, CultureInfo.InvariantCulture)).Where(process => ParentOf(process) == postmaster).ToArray())
        {
            await frozen.StopAsync(process);
        }

        return frozen;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (int process in _processes)
        {
            await ProcessSignals.SendAsync(process, "CONT");
        }
    }

    private async Task StopAsync(int process)
    {
        _processes.Add(process);
        await ProcessSignals.SendAsync(process, "STOP");
    }

    /// <returns>0 for a process that has ended.</returns>
    private static int ParentOf(int process)
    {
        try
        {
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
