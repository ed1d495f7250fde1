using System.Runtime.InteropServices;
using OrleansInference.Cluster.Programs;

namespace OrleansInference.Cli.Hosting;

/// <summary>Built program of the repository.</summary>
public sealed partial class BuiltProgram
{
    private readonly string _name;
    private readonly string[] _files;

    private BuiltProgram(string name, string project, string assembly, string? published = null)
    {
        _name = name;
        string file = $"{assembly}.dll";
        _files = [Path.Combine(project, "bin", "Release", "net10.0", file), .. published is null ? (string[])[] : [Path.Combine(published, file)]];
    }

    /// <summary>Program of a node: <c>serve</c>.</summary>
    public static BuiltProgram Node { get; } = new("node's program", "silo", "OrleansInference.Silo", Path.Combine("artifacts", "node"));

    /// <summary>Program of the measurements: <c>bench</c> and <c>simulate</c>.</summary>
    public static BuiltProgram Bench { get; } = new("program that measures", Path.Combine("client", "Bench"), "OrleansInference.Bench");

    /// <summary>
    /// Finds the most recently built program in the repository that contains one of these folders. It was built by a build of the solution, or by run.sh, which
    /// compiles it ahead of time.
    /// </summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.Unavailable"/>: the program is not built.</exception>
    public string Find(params string[] starts) => _files.Select(file => RepositoryFiles.Find(file, starts)).OfType<string>().MaxBy(BuiltAt) ?? throw new InferenceException(
        ErrorCode.Unavailable, $"The {_name} is not built: {_files[0]} is missing. ./run.sh builds it.");

    /// <summary>Replaces this process by the program, which keeps its process id, files and terminal. Returns only with an exception.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.Unavailable"/>: the program is not built, or cannot be started.</exception>
    public void Become(string[] arguments)
    {
        string program = Find(AppContext.BaseDirectory, Environment.CurrentDirectory);
        string?[] vector = ["dotnet", program, .. arguments, null];
        _ = Execute("dotnet", vector);
        throw new InferenceException(ErrorCode.Unavailable, $"The {_name} {program} cannot be started: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Time at which the last part of a program was compiled.</summary>
    private static DateTime BuiltAt(string program) =>
        Directory.EnumerateFiles(Path.GetDirectoryName(program)!, "OrleansInference.*.dll").Max(File.GetLastWriteTimeUtc);

    [LibraryImport("libc", EntryPoint = "execvp", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string file, string?[] arguments);
}
