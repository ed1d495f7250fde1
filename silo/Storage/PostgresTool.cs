using System.Diagnostics;
using OrleansInference.Models;

namespace OrleansInference.Silo.Storage;

/// <summary>Runs PostgreSQL's programs. They refuse to run as root, and then run as the user postgres.</summary>
internal sealed class PostgresTool(string binaries)
{
    private const string Account = "postgres";

    private static readonly bool Root = Environment.UserName == "root";

    /// <summary>User that the server runs as; null for the user of this process.</summary>
    public static string? ServerAccount => Root ? Account : null;

    /// <summary>Path of one of the programs.</summary>
    public string PathOf(string tool) => Path.Combine(binaries, tool);

    /// <summary>Runs a program and requires success.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.Unavailable"/>: the program failed; the message includes its output.</exception>
    public async Task RunAsync(string tool, params string[] arguments)
    {
        (int status, string said) = await TryAsync(tool, arguments);
        if (status != 0)
        {
            InferenceException.Throw(ErrorCode.Unavailable, $"{tool} of PostgreSQL ended with {status}: {said}");
        }
    }

    /// <summary>Runs a program to its end.</summary>
    public Task<(int Status, string Output)> TryAsync(string tool, params string[] arguments)
    {
        string program = PathOf(tool);
        return Root ? StartAsync("runuser", ["-u", Account, "--", program, .. arguments]) : StartAsync(program, arguments);
    }

    /// <summary>Creates a folder that PostgreSQL may write and no other user may read.</summary>
    public static async Task OwnAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        (int status, string said) = Root ? await StartAsync("chown", ["-R", Account, folder]) : default;
        if (status != 0)
        {
            InferenceException.Throw(ErrorCode.Unavailable, $"The owner of {folder} cannot be changed to {Account}, the user under which root starts PostgreSQL: {said}");
        }
    }

    private static async Task<(int Status, string Output)> StartAsync(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        start.Environment["LC_ALL"] = "C";
        using Process process = Process.Start(start)!;
        string[] said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Join(' ', said.Select(static text => text.Trim().ReplaceLineEndings(" "))));
    }
}
