using System.Runtime.CompilerServices;
using System.Text.Json;

namespace OrleansInference.Golden.Models;

/// <summary>The golden checkpoint folders, found from the source tree.</summary>
internal static class GoldenFolders
{
    public static string Root([CallerFilePath] string source = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", "data", "checkpoints"));

    public static string Demo() => Path.GetFullPath(Path.Combine(Root(), "..", "..", "..", "..", "shared", "demo-model"));

    /// <summary>Every folder with a config.json, by the architecture it names.</summary>
    public static IEnumerable<(string Directory, string Architecture)> All() =>
        Directory.GetDirectories(Root())
            .Where(directory => File.Exists(Path.Combine(directory, "config.json")))
            .Append(Demo())
            .Select(directory => (directory, Architecture(directory)));

    private static string Architecture(string directory)
    {
        using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "config.json")));
        return config.RootElement.GetProperty("architectures")[0].GetString()!;
    }
}
