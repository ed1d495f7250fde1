using OrleansInference.Cli.Hosting;
using OrleansInference.Cluster.Programs;

namespace OrleansInference.Bench.Chaos;

/// <summary>Cluster on this machine, started by <c>serve --nodes</c> of the node's program. Disposing it stops the cluster.</summary>
internal sealed class LocalClusterProcess : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly string _data;

    private LocalClusterProcess(Process process, string data, IReadOnlyList<string> urls)
    {
        _process = process;
        _data = data;
        Urls = urls;
    }

    /// <summary>Addresses of the nodes, which they keep after a restart.</summary>
    public IReadOnlyList<string> Urls { get; }

    /// <param name="nodes">Number of nodes.</param>
    /// <param name="settings">Settings of all nodes, in the form of options of <c>serve</c>.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <exception cref="InferenceException">The node's program is not built, or the nodes do not start.</exception>
    public static async Task<LocalClusterProcess> StartAsync(int nodes, IEnumerable<string> settings, CancellationToken cancellationToken)
    {
        string program = BuiltProgram.Node.Find(AppContext.BaseDirectory, Environment.CurrentDirectory);
        string data = Directory.CreateTempSubdirectory("orleans-inference-bench-").FullName;
        string port = FreePorts.FindForLater(nodes)[0].ToString(CultureInfo.InvariantCulture);
        ProcessStartInfo start = new("dotnet", [program, "--nodes", nodes.ToString(CultureInfo.InvariantCulture), "--port", port, "--restart", "always", "--data-folder", data, .. settings, "--json"])
        {
            RedirectStandardOutput = true,
        };
        Process process = Process.Start(start)!;
        try
        {
            string? line = await process.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(Timeout, cancellationToken);
            if (line is null)
            {
                await process.WaitForExitAsync(cancellationToken);
                throw new InferenceException(process.ExitCode == ExitCode.UsageError ? ErrorCode.InvalidOption : ErrorCode.Unavailable, $"The nodes of the cluster did not start; their program ended with exit code {process.ExitCode}.");
            }

            using JsonDocument document = JsonDocument.Parse(line);
            return new LocalClusterProcess(process, data, [.. document.RootElement.GetProperty("urls").EnumerateArray().Select(static url => url.GetString()!)]);
        }
        catch (Exception error)
        {
            await StopAsync(process);
            process.Dispose();
            Directory.Delete(data, recursive: true);
            if (error is TimeoutException)
            {
                throw new InferenceException(ErrorCode.Unavailable, $"The nodes of the cluster did not start within {Timeout.TotalMinutes} minutes.", null, error);
            }

            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(_process);
        _process.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    /// <summary>Asks the program to end, and waits: it stops the nodes and PostgreSQL, which are its children. If it were killed, they would remain.</summary>
    internal static async Task StopAsync(Process process)
    {
        if (!process.HasExited)
        {
            await ProcessSignals.SendAsync(process.Id, "TERM");
            await process.WaitForExitAsync();
        }
    }
}
