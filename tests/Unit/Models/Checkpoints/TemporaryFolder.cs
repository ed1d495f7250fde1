using System.Text;

namespace OrleansInference.Unit.Models.Checkpoints;

/// <summary>A directory that is deleted with everything in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("orleans-inference-").FullName;

    public string At(string name) => Path.Combine(Directory, name);

    public string Put(string name, byte[] content)
    {
        File.WriteAllBytes(At(name), content);
        return At(name);
    }

    public string Put(string name, string content) => Put(name, Encoding.UTF8.GetBytes(content));

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
