using System.Diagnostics;
using System.Globalization;

namespace OrleansInference.Silo.Storage;

/// <summary>PostgreSQL server that ends with this process, however the process ends: the kernel then requests a fast shutdown.</summary>
/// <remarks>
/// The server is a child of this process with PR_SET_PDEATHSIG, which setpriv of util-linux sets before it replaces itself with the server. The kernel sends
/// that signal when the thread that started the process ends, so a dedicated thread starts the server and waits for its end. No watcher is needed; a pipe as
/// for nodes would need a reader inside the server. A session of its own protects the server from the terminal's Ctrl-C: it stops after the nodes.
/// </remarks>
internal sealed class PostgresServer
{
    private const string SetPriv = "/usr/bin/setpriv";
    private const string SetSid = "/usr/bin/setsid";

    // Arguments: the log, which the server's user creates, then the command to execute.
    private const string Script = "log=$1; shift; exec \"$@\" </dev/null >>\"$log\" 2>&1";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    private readonly TaskCompletionSource<int> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PostgresServer(ProcessStartInfo start)
    {
        new Thread(() => Run(start)) { IsBackground = true, Name = "PostgreSQL" }.Start();
    }

    /// <summary>Whether this machine has the required programs. Elsewhere the server outlives a killed process until the next start.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() && File.Exists(SetPriv) && File.Exists(SetSid);

    /// <summary>Completes when the server has ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Starts a server and waits until it accepts connections.</summary>
    /// <param name="program">The program postgres.</param>
    /// <param name="account">User to run it as; null for the one of this process.</param>
    /// <param name="data">Folder of the data.</param>
    /// <param name="log">File that receives the output.</param>
    /// <param name="settings">Settings of the server, as NAME=VALUE.</param>
    /// <returns>The server; null if it has ended or does not become ready in time.</returns>
    public static async Task<PostgresServer?> StartAsync(string program, string? account, string data, string log, IEnumerable<string> settings)
    {
        string[] user = account is null ? [] : [$"--reuid={account}", $"--regid={account}", "--init-groups"];
        string[] command = [program, "-D", data, .. settings.SelectMany(static setting => (string[])["-c", setting])];
        ProcessStartInfo start = new(SetSid, [SetPriv, .. user, "--pdeathsig", "INT", "--", "/bin/sh", "-c", Script, "sh", log, .. command]) { WorkingDirectory = "/" };
        start.Environment["LC_ALL"] = "C";
        PostgresServer server = new(start);
        int process = await server._started.Task;
        long begun = Stopwatch.GetTimestamp();
        while (!server.Ended.IsCompleted && Stopwatch.GetElapsedTime(begun) < Timeout)
        {
            if (IsReady(Path.Combine(data, "postmaster.pid"), process))
            {
                return server;
            }

            await Task.WhenAny(server.Ended, Task.Delay(Interval));
        }

        return null;
    }

    /// <summary>Whether the server is ready: the first line of the file is the process, the eighth its state.</summary>
    private static bool IsReady(string file, int process)
    {
        try
        {
            string[] lines = File.ReadAllLines(file);
            return lines.Length >= 8 && lines[0] == process.ToString(CultureInfo.InvariantCulture) && lines[7].StartsWith("ready", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // the file does not exist yet
        }
    }

    private void Run(ProcessStartInfo start)
    {
        try
        {
            using Process process = Process.Start(start)!;
            _started.SetResult(process.Id);
            process.WaitForExit();
        }
        catch (Exception failure) when (_started.TrySetException(failure))
        {
            // The caller receives the error.
        }

        _ended.SetResult();
    }
}
