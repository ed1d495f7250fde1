using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using OrleansInference.Models;
using OrleansInference.Silo.Logs;
using OrleansInference.Silo.Settings;
using Exits = OrleansInference.Cluster.Programs.ExitCode;

namespace OrleansInference.Silo.LocalCluster;

/// <summary>Process of a node of a cluster on this machine, restarted after its end if so configured. It ends with this process, see <see cref="ParentWatch"/>.</summary>
public sealed partial class NodeProcess
{
    private readonly string[] _command;
    private readonly RestartPolicy _restart;
    private readonly IReadOnlyDictionary<string, string> _variables;
    private readonly INodeOutput? _output;
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeSpan _restartAfter;
    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Process? _process;
    private volatile ProcessSignal _stop; // signal to end it with; 0: none

    /// <param name="name">Name of the node.</param>
    /// <param name="arguments">Arguments of the program.</param>
    /// <param name="restart">Condition for a restart.</param>
    /// <param name="restartAfter">Delay before a restart; half a second by default.</param>
    /// <param name="output">Receives the output of the process; by default its output goes to this process's error output, which it shares.</param>
    /// <param name="variables">Secret settings, which go through the environment because command lines are not secret.</param>
    /// <param name="launcher">Program that replaces itself with the node, with its arguments.</param>
    public NodeProcess(
        string name, string[] arguments, RestartPolicy restart = RestartPolicy.OnFailure, TimeSpan? restartAfter = null, INodeOutput? output = null,
        IReadOnlyDictionary<string, string>? variables = null, params string[] launcher)
    {
        _output = output;
        _variables = variables ?? ReadOnlyDictionary<string, string>.Empty;
        _restartAfter = restartAfter ?? TimeSpan.FromMilliseconds(500);
        Name = name;
        _command = [.. launcher, "dotnet", typeof(NodeProcess).Assembly.Location, .. arguments];
        _restart = restart;
        Ended = RunAsync();
    }

    public string Name { get; }

    /// <summary>Address of the node, once it serves for the first time.</summary>
    public Task<string> Url => _ready.Task;

    /// <summary>Completes when the process has ended and is not restarted.</summary>
    public Task Ended { get; }

    /// <summary>Exit code of the last process.</summary>
    public int ExitCode { get; private set; }

    /// <summary>Ends the node permanently; by default it hands over first.</summary>
    public void Stop(ProcessSignal signal = ProcessSignal.Terminate)
    {
        _stop = signal;
        _stopping.TrySetResult();
        Signal(signal);
    }

    /// <summary>Sends the process a signal.</summary>
    public void Signal(ProcessSignal signal)
    {
        if (_process is { } process)
        {
            _ = Kill(process.Id, (int)signal);
        }
    }

    private async Task RunAsync()
    {
        while (_stop == 0)
        {
            using Process process = Start();
            _process = process;
            if (_stop != 0)
            {
                // The stop was requested during the start, when there was no process to signal.
                Signal(_stop);
            }

            await Task.WhenAll(
                ForwardAsync(process.Id, process.StandardOutput, FindUrl),
                _output is null ? Task.CompletedTask : ForwardAsync(process.Id, process.StandardError, static _ => { }),
                process.WaitForExitAsync());
            _process = null;
            ExitCode = process.ExitCode;
            if (_stop == 0 && !ComesBack(ExitCode))
            {
                string message = $"Node {Name} ended with exit code {ExitCode} before it served.";
                _ready.TrySetException(new InferenceException(
                    ExitCode == Exits.UsageError ? ErrorCode.InvalidOption : ErrorCode.Unavailable, _output is null ? message : $"{message}\n{_output.End()}"));
                return;
            }

            if (_stop == 0)
            {
                Write($"Node {Name} (process {process.Id}) ended with exit code {process.ExitCode}; it is started again.");
                await Task.WhenAny(Task.Delay(_restartAfter), _stopping.Task);
            }
        }
    }

    private bool ComesBack(int exitCode) => exitCode != Exits.UsageError && (exitCode != Exits.PortTaken || _ready.Task.IsCompletedSuccessfully) && _restart switch
    {
        RestartPolicy.Always => true,
        RestartPolicy.OnFailure => exitCode != Exits.Success,
        _ => false,
    };

    private Process Start()
    {
        ProcessStartInfo start = new(_command[0], _command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = _output is not null };
        start.Environment[ParentWatch.Variable] = "1";
        foreach ((string name, string value) in _variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private async Task ForwardAsync(int process, StreamReader output, Action<string> written)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            Write(_output is null ? $"{line} (process {process})" : line);
            written(line);
        }
    }

    private void FindUrl(string line)
    {
        int at = line.LastIndexOf(" at http", StringComparison.Ordinal);
        if (at >= 0)
        {
            _ready.TrySetResult(line[(at + " at ".Length)..]);
        }
    }

    private void Write(string line)
    {
        if (_output is null)
        {
            LogOutput.Write(Console.Error, LogLevel.Information, line);
        }
        else
        {
            _output.Write(line);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}

/// <summary>Receiver of the standard output and standard error of a node's process. Thread-safe.</summary>
public interface INodeOutput
{
    void Write(string line);

    /// <summary>Returns the last lines, for a message.</summary>
    string End();
}

/// <summary>Signal to a process, by its number on Linux.</summary>
public enum ProcessSignal
{
    /// <summary>Interrupts, as Ctrl-C does.</summary>
    Interrupt = 2,

    /// <summary>Ends the process immediately.</summary>
    Kill = 9,

    /// <summary>Asks the process to hand over and end.</summary>
    Terminate = 15,

    /// <summary>Continues a stopped process.</summary>
    Continue = 18,

    /// <summary>Stops the process until <see cref="Continue"/>.</summary>
    Stop = 19,
}
