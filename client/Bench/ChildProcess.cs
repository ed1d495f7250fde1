namespace OrleansInference.Bench;

/// <summary>Starts this program once more, with a command that only measurements use: see <see cref="Commands.ChildProcessCommands"/>.</summary>
internal static class ChildProcess
{
    /// <summary>Starts the process. Its standard input and output are connected to this process.</summary>
    /// <param name="command">Name of the command below <c>bench</c>, and its arguments.</param>
    public static Process Start(params IEnumerable<string> command)
    {
        string host = Environment.ProcessPath ?? "dotnet";
        bool isProgram = Path.GetFileNameWithoutExtension(host) != "dotnet";
        string[] arguments = [.. isProgram ? (string[])[] : [typeof(ChildProcess).Assembly.Location], "bench", .. command];
        return Process.Start(new ProcessStartInfo(host, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
    }
}
