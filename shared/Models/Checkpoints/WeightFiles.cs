using OrleansInference.Models.Fields;

namespace OrleansInference.Models.Checkpoints;

/// <summary>The safetensors files of a checkpoint: model.safetensors, or the shards that its index names. All are mapped, or none.</summary>
internal sealed class WeightFiles : IDisposable
{
    public const string SingleFile = "model.safetensors";

    private readonly string _directory;
    private readonly List<SafetensorsFile> _files = [];
    private readonly Dictionary<string, SafetensorsFile> _tensors = new(StringComparer.Ordinal);

    private WeightFiles(string directory) => _directory = directory;

    public IReadOnlyList<SafetensorsFile> Files => _files;

    /// <exception cref="InferenceException">A file is missing or malformed, or a shard does not contain a tensor that the index places in it.</exception>
    public static WeightFiles Open(string directory)
    {
        WeightFiles weights = new(directory);
        try
        {
            string single = Path.Combine(directory, SingleFile);
            string index = Path.Combine(directory, ShardIndex.FileName);
            if (File.Exists(single))
                weights.AddSingle(single);
            else if (File.Exists(index))
                weights.AddShards(index);
            else
                BadCheckpoint.Throw(directory, $"holds neither {SingleFile} nor {ShardIndex.FileName}");
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <exception cref="InferenceException">No file holds the tensor.</exception>
    public (SafetensorsFile File, TensorEntry Entry) Find(string name)
    {
        if (!_tensors.TryGetValue(name, out SafetensorsFile? file))
            BadCheckpoint.Throw(_directory, $"no safetensors file holds the tensor {BadCheckpoint.Quote(name)} that the architecture needs");
        return (file, file.Entries[name]);
    }

    public void Dispose()
    {
        foreach (SafetensorsFile file in _files)
            file.Dispose();
    }

    private void AddSingle(string path)
    {
        var file = SafetensorsFile.Open(path);
        _files.Add(file);
        foreach (string name in file.Entries.Keys)
            _tensors.Add(name, file);
    }

    private void AddShards(string index)
    {
        Dictionary<string, SafetensorsFile> shards = new(StringComparer.Ordinal);
        foreach ((string tensor, string shard) in ShardIndex.Read(index).OrderBy(weight => weight.Value, StringComparer.Ordinal))
        {
            if (!shards.TryGetValue(shard, out SafetensorsFile? file))
            {
                string path = Path.Combine(_directory, shard);
                if (!File.Exists(path))
                    BadCheckpoint.Throw(index, $"names the shard {BadCheckpoint.Quote(shard)}, which does not exist");
                file = SafetensorsFile.Open(path);
                _files.Add(file);
                shards.Add(shard, file);
            }

            if (!file.Entries.ContainsKey(tensor))
                BadCheckpoint.Throw(index, $"places the tensor {BadCheckpoint.Quote(tensor)} in {BadCheckpoint.Quote(shard)}, which does not contain it");
            _tensors.Add(tensor, file);
        }
    }
}
