using System.Runtime.InteropServices;
using OrleansInference.Models;
using OrleansInference.Serving.Hosting;

namespace OrleansInference.Cli.Hosting;

/// <summary>The program of a node, which <c>serve</c> is.</summary>
internal static partial class NodeProgram
{
    private const string ProgramFile = "OrleansInference.Silo.dll";

    // As run.sh builds it, compiled ahead of time, and as a build of the solution does.
    private static readonly string[] Built = [Path.Combine("artifacts", "node", ProgramFile), Path.Combine("silo", "bin", "Release", "net10.0", ProgramFile)];

    /// <summary>Finds the program that was built last in the repository that one of these folders lies in.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.Unavailable"/>: it was not built.</exception>
    public static string Find(params string[] starts) => Built.Select(built => RepositoryFiles.Find(built, starts)).OfType<string>().MaxBy(BuiltAt) ?? throw new InferenceException(
        ErrorCode.Unavailable, $"The node's program is not built: {Built[0]} is missing. ./run.sh builds it.");

    /// <summary>When the last part of a program was compiled.</summary>
    private static DateTime BuiltAt(string program) =>
        Directory.EnumerateFiles(Path.GetDirectoryName(program)!, "OrleansInference.*.dll").Max(File.GetLastWriteTimeUtc);

    /// <summary>Becomes the node's program, with this process's number, files and terminal. Returns only where that fails.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.Unavailable"/>: the program was not built, or cannot be started.</exception>
    public static void Become(string[] arguments)
    {
        string program = Find(AppContext.BaseDirectory, Environment.CurrentDirectory);
        string?[] vector = ["dotnet", program, .. arguments, null];
        _ = Execute("dotnet", vector);
        throw new InferenceException(ErrorCode.Unavailable, $"The node's program {program} cannot be started: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "execvp", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string file, string?[] arguments);
}
