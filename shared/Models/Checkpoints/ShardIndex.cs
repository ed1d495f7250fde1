using OrleansInference.Models.Fields;

namespace OrleansInference.Models.Checkpoints;

/// <summary>model.safetensors.index.json: which shard holds which tensor.</summary>
internal static class ShardIndex
{
    public const string FileName = "model.safetensors.index.json";
    private const int MaxBytes = 32 << 20;
    private const int MaxShards = 4096;

    /// <summary>Tensor names to plain file names within the index's own directory.</summary>
    /// <exception cref="InferenceException">The index is malformed or names a shard outside its directory.</exception>
    public static Dictionary<string, string> Read(string path)
    {
        JsonElement root = BoundedJson.ParseObject(path, BoundedJson.ReadBytes(path, MaxBytes));
        FieldReader map = new FieldReader(root, path).Section("weight_map") ?? throw BadCheckpoint.Error(path, "weight_map is missing");
        Dictionary<string, string> weights = new(StringComparer.Ordinal);
        HashSet<string> shards = new(StringComparer.Ordinal);
        foreach (JsonProperty weight in map.Element.EnumerateObject())
        {
            if (weight.Value.ValueKind != JsonValueKind.String)
                BadCheckpoint.Throw(path, $"weight_map names a JSON {weight.Value.ValueKind} for {BadCheckpoint.Quote(weight.Name)}, expected a file name");
            string shard = weight.Value.GetString()!;
            if (shards.Add(shard))
                RequirePlainName(path, shard);
            if (shards.Count > MaxShards)
                BadCheckpoint.Throw(path, $"names more than {MaxShards} shards");
            weights.Add(weight.Name, shard);
        }

        if (weights.Count == 0)
            BadCheckpoint.Throw(path, "weight_map is empty");
        return weights;
    }

    private static void RequirePlainName(string path, string shard)
    {
        string quoted = BadCheckpoint.Quote(shard);
        if (shard.AsSpan().ContainsAny("/\\:\0") || shard is "" or "." or "..")
            BadCheckpoint.Throw(path, $"names the shard {quoted}, expected the name of a file in the same directory");
        if (shard.EndsWith(".index.json", StringComparison.OrdinalIgnoreCase))
            BadCheckpoint.Throw(path, $"names the shard {quoted}, which is an index and not a safetensors file");
        if (!shard.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
            BadCheckpoint.Throw(path, $"names the shard {quoted}, expected the name of a .safetensors file");
    }
}
