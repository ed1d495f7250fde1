namespace OrleansInference.CliTests;

/// <summary>A folder that goes when the test ends.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("orleans-inference-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
