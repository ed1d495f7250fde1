using System.Diagnostics;
using OrleansInference.Cli;
using OrleansInference.Silo.Failures;
using OrleansInference.Silo.LocalCluster;

namespace OrleansInference.ClusterTests.Stopping;

/// <summary>The node's program, as a supervisor sees it: what it writes, and how it ends.</summary>
internal sealed class NodeProgram : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    private readonly string _data = Path.Combine(Path.GetTempPath(), $"orleans-inference-data-{Guid.NewGuid():N}"); // each has tenants and keys of its own
    private readonly Process _process;
    private readonly List<string> _errors = []; // locked by itself
    private readonly List<string> _steps = [];
    private readonly Task _read;
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously); // under the same lock

    public NodeProgram(params string[] arguments)
        : this([], typeof(NodeExit), [], arguments)
    {
    }

    private NodeProgram(string[] launcher, Type program, Dictionary<string, string> variables, string[] arguments, string folder = "")
    {
        string[] command = [.. launcher, "dotnet", program.Assembly.Location, .. arguments];
        ProcessStartInfo start = new(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = folder };
        start.Environment["ORLEANS_INFERENCE_DATA_FOLDER"] = _data;
        foreach ((string name, string value) in variables)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _read = ReadAsync();
    }

    /// <summary>Its process.</summary>
    public int Id => _process.Id;

    /// <summary>Starts one with variables in its environment.</summary>
    public static NodeProgram With(Dictionary<string, string> variables, params string[] arguments) => new([], typeof(NodeExit), variables, arguments);

    /// <summary>Starts one in a folder.</summary>
    public static NodeProgram In(string folder, params string[] arguments) => new([], typeof(NodeExit), [], arguments, folder);

    /// <summary>Starts one by a program that becomes it.</summary>
    public static NodeProgram Launched(string[] launcher, Dictionary<string, string> variables, params string[] arguments) => new(launcher, typeof(NodeExit), variables, arguments);

    /// <summary>Starts one by the command line, which becomes the node's program.</summary>
    public static NodeProgram Serve(params string[] arguments) => new([], typeof(CommandLineApplication), [], ["serve", .. arguments]);

    /// <summary>Starts another command by the command line, which becomes the node's program.</summary>
    public static NodeProgram Command(params string[] arguments) => new([], typeof(CommandLineApplication), [], arguments);

    /// <summary>The next line that it announces something with; null when it has ended.</summary>
    public Task<string?> AnnouncedAsync() => _process.StandardOutput.ReadLineAsync().WaitAsync(Timeout);

    /// <summary>All that it writes to the standard output.</summary>
    public Task<string> OutputAsync() => _process.StandardOutput.ReadToEndAsync().WaitAsync(Timeout);

    /// <summary>What it has printed until it served, that line included.</summary>
    public IReadOnlyList<string> Steps => _steps;

    /// <summary>Waits until it serves.</summary>
    /// <returns>Where.</returns>
    public async Task<string> ServesAsync()
    {
        string line;
        do
        {
            line = await AnnouncedAsync() ?? throw new InvalidOperationException($"The node has ended before it served: {string.Join('\n', Errors())}");
            _steps.Add(line);
        }
        while (!line.Contains(" serves ", StringComparison.Ordinal));
        return line[(line.LastIndexOf(" at ", StringComparison.Ordinal) + " at ".Length)..];
    }

    public async Task SendAsync(ProcessSignal signal)
    {
        using Process kill = Process.Start("kill", [$"-{(int)signal}", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits until a line with these words has been written to the standard error output.</summary>
    public async Task SaysAsync(string words)
    {
        DateTime end = DateTime.UtcNow + Timeout;
        while (true)
        {
            Task news;
            lock (_errors)
            {
                if (_errors.Exists(line => line.Contains(words, StringComparison.Ordinal)))
                {
                    return;
                }

                news = _news.Task;
            }

            if (DateTime.UtcNow > end || await Task.WhenAny(news, _read, Task.Delay(Timeout)) != news)
            {
                Assert.Fail($"Waited for a line with '{words}'; the node says: {string.Join('\n', Errors())}");
            }
        }
    }

    /// <summary>How many lines with these words it has written to the standard error output so far.</summary>
    public int Said(string words) => Errors().Count(line => line.Contains(words, StringComparison.Ordinal));

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code, and the lines on the standard error output.</returns>
    public async Task<(int Code, string[] Errors)> EndsAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Timeout);
        await _read;
        return (_process.ExitCode, Errors());
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        if (Directory.Exists(_data))
        {
            Directory.Delete(_data, recursive: true);
        }
    }

    private string[] Errors()
    {
        lock (_errors)
        {
            return [.. _errors];
        }
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_errors)
            {
                _errors.Add(line);
                _news.TrySetResult();
                _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}
