using System.Runtime.InteropServices;
using OrleansInference.Cluster.Programs;
using OrleansInference.Models;

namespace OrleansInference.Cli.Hosting;

/// <summary>Another program of the repository, as it was built.</summary>
public sealed partial class BuiltProgram
{
    private readonly string _name;
    private readonly string _file;

    private BuiltProgram(string name, string project, string assembly)
    {
        _name = name;
        _file = Path.Combine(project, "bin", "Release", "net10.0", $"{assembly}.dll");
    }

    /// <summary>The program of a node: <c>serve</c>.</summary>
    public static BuiltProgram Node { get; } = new("node's program", "silo", "OrleansInference.Silo");

    /// <summary>The program that measures: <c>bench</c> and <c>simulate</c>.</summary>
    public static BuiltProgram Bench { get; } = new("program that measures", Path.Combine("client", "Bench"), "OrleansInference.Bench");

    /// <summary>Finds the program in the repository that one of these folders lies in.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.Unavailable"/>: it was not built.</exception>
    public string Find(params string[] starts) => RepositoryFiles.Find(_file, starts) ?? throw new InferenceException(
        ErrorCode.Unavailable, $"The {_name} is not built: {_file} is missing. ./run.sh builds it.");

    /// <summary>Replaces this process by the program, which keeps its process id, files and terminal. Returns only by an exception.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.Unavailable"/>: the program was not built, or cannot be started.</exception>
    public void Become(string[] arguments)
    {
        string program = Find(AppContext.BaseDirectory, Environment.CurrentDirectory);
        string?[] vector = ["dotnet", program, .. arguments, null];
        _ = Execute("dotnet", vector);
        throw new InferenceException(ErrorCode.Unavailable, $"The {_name} {program} cannot be started: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "execvp", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string file, string?[] arguments);
}
