using System.Text.Json.Nodes;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Unit.Models.Checkpoints;

/// <summary>A written folder of the smallest preset, to be opened or corrupted.</summary>
internal sealed class TinyCheckpoint : IDisposable
{
    private readonly TemporaryFolder _parent = new();

    public TinyCheckpoint(ulong seed = 1, long maxShardBytes = long.MaxValue)
    {
        Directory = _parent.At("tiny");
        RandomCheckpoint.Write("tiny", Directory, seed, null, maxShardBytes);
    }

    public string Directory { get; }

    public string At(string name) => Path.Combine(Directory, name);

    /// <summary>Sets fields of a JSON file; a null value is written as null.</summary>
    public void Edit(string file, params (string Name, JsonNode? Value)[] fields)
    {
        JsonNode root = JsonNode.Parse(File.ReadAllText(At(file)))!;
        foreach ((string name, JsonNode? value) in fields)
            root[name] = value;
        File.WriteAllText(At(file), root.ToJsonString());
    }

    public void Dispose() => _parent.Dispose();
}
