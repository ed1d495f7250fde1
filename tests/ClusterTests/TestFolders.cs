using System.Runtime.CompilerServices;

namespace OrleansInference.ClusterTests;

/// <summary>Keeps nodes that run in this process, or are started by it, from the data of the user who runs the tests.</summary>
internal static class TestFolders
{
#pragma warning disable CA2255 // It is this program's own initializer.
    [ModuleInitializer]
    internal static void Initialize()
    {
        string folder = Directory.CreateTempSubdirectory("orleans-inference-tests-").FullName;
        Environment.SetEnvironmentVariable("XDG_DATA_HOME", folder);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
    }
}
