using System.Diagnostics;
using OrleansInference.Unit.Meta;

namespace OrleansInference.Unit.Deployment;

/// <summary>External programs that check the deployment files, if they are installed.</summary>
internal static class Tool
{
    public static bool IsInstalled(string name) => PathOf(name) is not null;

    public static string? PathOf(string name) => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator)
        .Where(static folder => folder.Length > 0).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its standard output.</returns>
    /// <exception cref="InvalidOperationException">It ended with another exit code than 0; the message has what it wrote.</exception>
    public static async Task<string> RunAsync(string name, params string[] arguments)
    {
        ProcessStartInfo start = new(PathOf(name)!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repository.Root };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{name} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}{error}");
    }
}
