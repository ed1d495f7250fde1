using System.Text.RegularExpressions;
using OrleansInference.Bench.Chaos;
using OrleansInference.Cli.Hosting;

namespace OrleansInference.Bench;

/// <summary>Process of one node on this machine, with a data folder of its own. Disposing it stops the node.</summary>
internal sealed partial class NodeProgram : IAsyncDisposable
{
    private static readonly string[] Levels = [" error ", " fatal "];

    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly string _folder;
    private readonly List<string> _defects = []; // locked
    private bool _inDefect = true; // under the same lock

    private NodeProgram(Process process, string folder)
    {
        _process = process;
        _folder = folder;
    }

    public Uri Url { get; private set; } = new("http://localhost");

    /// <summary>Time from the start of the process until it served.</summary>
    public TimeSpan StartTime { get; private set; }

    /// <summary>Lines of the log that report failures of the node.</summary>
    public string[] Defects()
    {
        lock (_defects)
        {
            return [.. _defects];
        }
    }

    /// <param name="settings">Settings of the node, in the form of options of <c>serve</c>.</param>
    /// <param name="adminKey">Key of its administrator.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <exception cref="InferenceException">The node's program is not built, or the node does not start.</exception>
    public static async Task<NodeProgram> StartAsync(IEnumerable<string> settings, string adminKey, CancellationToken cancellationToken)
    {
        string program = BuiltProgram.Node.Find(AppContext.BaseDirectory, Environment.CurrentDirectory);
        string folder = Directory.CreateTempSubdirectory("orleans-inference-bench-").FullName;
        ProcessStartInfo start = new("dotnet", [program, "--port", "0", "--data-folder", folder, .. settings, "--json"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ORLEANS_INFERENCE_ADMIN_KEY"] = adminKey;
        long since = Stopwatch.GetTimestamp();
        NodeProgram node = new(Process.Start(start)!, folder);
        try
        {
            node._process.ErrorDataReceived += (_, line) => node.Note(line.Data);
            node._process.BeginErrorReadLine();
            string line = await node._process.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(StartTimeout, cancellationToken)
                ?? throw new InferenceException(ErrorCode.Unavailable, $"The node did not start: {string.Join(" ", node.Defects())}");
            node.Url = new Uri(JsonElement.Parse(line).GetProperty("url").GetString()!);
            node.StartTime = Stopwatch.GetElapsedTime(since);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await LocalClusterProcess.StopAsync(_process);
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Keeps entries of a defect with their stack traces. Before the log begins, a line without a time says why the node does not start.</summary>
    private void Note(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_defects)
        {
            bool isEntry = EntryStart().IsMatch(line);
            _inDefect = isEntry ? Levels.Any(level => line.Contains(level, StringComparison.Ordinal)) : _inDefect;
            if (_inDefect && (isEntry || _defects.Count == 0))
            {
                _defects.Add(line);
            }
            else if (_inDefect)
            {
                _defects[^1] += "\n" + line;
            }
        }
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT")]
    private static partial Regex EntryStart();
}
