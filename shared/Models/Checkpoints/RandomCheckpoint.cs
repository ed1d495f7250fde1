using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using OrleansInference.Models.Architectures;

namespace OrleansInference.Models.Checkpoints;

/// <summary>
/// Writes a complete checkpoint folder of a published shape with random bfloat16 weights, for measuring and testing.
/// The same preset and seed give the same bytes.
/// </summary>
public static class RandomCheckpoint
{
    private const long MaxShardBytes = 5_000_000_000;

    // A whole number of blocks, so that each piece begins with one.
    private const int PieceElements = 128 * RandomWeights.BlockElements;

    /// <summary>The names that <see cref="Write(string, string, ulong, IProgress{double}?)"/> knows.</summary>
    public static IReadOnlyList<string> Presets { get; } = [.. RandomPreset.All.Select(preset => preset.Name)];

    /// <param name="preset">One of <see cref="Presets"/>.</param>
    /// <param name="directory">A folder that is absent or empty.</param>
    /// <param name="seed">Any number.</param>
    /// <param name="progress">Told the share of the weights written, 0 to 1.</param>
    /// <exception cref="InferenceException">
    /// <see cref="ErrorCode.InvalidOption"/>: the preset is unknown, or the directory is not empty or cannot be written.
    /// </exception>
    public static void Write(string preset, string directory, ulong seed, IProgress<double>? progress) =>
        Write(preset, directory, seed, progress, MaxShardBytes);

    internal static void Write(string preset, string directory, ulong seed, IProgress<double>? progress, long maxShardBytes)
    {
        RandomPreset shape = RandomPreset.All.FirstOrDefault(candidate => candidate.Name == preset)
            ?? throw new InferenceException(ErrorCode.InvalidOption, $"preset is '{preset}', expected one of {string.Join(", ", Presets)}", "preset");
        if (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any())
            InferenceException.Throw(ErrorCode.InvalidOption, $"directory '{directory}' is not empty, expected a new or an empty one", "directory");
        try
        {
            Directory.CreateDirectory(directory);
            WriteFolder(shape, directory, seed, progress, maxShardBytes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InferenceException(ErrorCode.InvalidOption, $"directory '{directory}' cannot be written: {error.Message}", "directory", error);
        }
    }

    private static void WriteFolder(RandomPreset shape, string directory, ulong seed, IProgress<double>? progress, long maxShardBytes)
    {
        JsonObject config = shape.Config();
        TensorSpec[] tensors = [.. ArchitectureRegistry.Describe(JsonSerializer.SerializeToElement(config)).Tensors()];
        List<List<TensorSpec>> shards = Shards(tensors, maxShardBytes);
        long total = tensors.Sum(Bytes);
        long written = 0;
        int ordinal = 0;
        ushort[] piece = new ushort[Math.Min(PieceElements, tensors.Max(Bytes) / sizeof(ushort))];
        JsonObject weightMap = [];
        for (int i = 0; i < shards.Count; i++)
        {
            string name = shards.Count == 1 ? WeightFiles.SingleFile : $"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors";
            using SafetensorsWriter writer = new(Path.Combine(directory, name), [.. shards[i].Select(tensor => (tensor, TensorType.BFloat16))]);
            foreach (TensorSpec tensor in shards[i])
            {
                WriteTensor(writer, tensor, seed, ordinal++, piece, bytes => progress?.Report((double)(written += bytes) / total));
                weightMap.Add(tensor.Name, name);
            }

            writer.Complete();
        }

        if (shards.Count > 1)
            WriteJson(directory, ShardIndex.FileName, new JsonObject { ["metadata"] = new JsonObject { ["total_size"] = total }, ["weight_map"] = weightMap });
        WriteJson(directory, "tokenizer.json", RandomTokenizer.Tokenizer(shape.Vocabulary));
        WriteJson(directory, "tokenizer_config.json", RandomTokenizer.Configuration(shape.Positions));
        WriteJson(directory, "generation_config.json", Generation());
        WriteJson(directory, "config.json", config);
    }

    private static void WriteTensor(SafetensorsWriter writer, TensorSpec tensor, ulong seed, int ordinal, ushort[] piece, Action<long> written)
    {
        float mean = tensor.Name.EndsWith("norm.weight", StringComparison.Ordinal) ? 1 : 0;
        long elements = Bytes(tensor) / sizeof(ushort);
        for (long start = 0; start < elements; start += piece.Length)
        {
            int count = (int)Math.Min(piece.Length, elements - start);
            long firstBlock = start / RandomWeights.BlockElements;
            int blocks = (count + RandomWeights.BlockElements - 1) / RandomWeights.BlockElements;
            Parallel.For(0, blocks, block =>
            {
                int from = block * RandomWeights.BlockElements;
                int length = Math.Min(RandomWeights.BlockElements, count - from);
                RandomWeights.FillBlock(seed, ordinal, firstBlock + block, mean, piece.AsSpan(from, length));
            });
            writer.Write(MemoryMarshal.AsBytes(piece.AsSpan(0, count)));
            written(count * sizeof(ushort));
        }
    }

    private static List<List<TensorSpec>> Shards(TensorSpec[] tensors, long maxBytes)
    {
        List<List<TensorSpec>> shards = [];
        long room = 0;
        foreach (TensorSpec tensor in tensors)
        {
            if (shards.Count == 0 || Bytes(tensor) > room)
            {
                shards.Add([]);
                room = maxBytes;
            }

            shards[^1].Add(tensor);
            room -= Bytes(tensor);
        }

        return shards;
    }

    private static long Bytes(TensorSpec tensor) => tensor.Shape.Aggregate((long)sizeof(ushort), static (total, extent) => total * extent);

    private static JsonObject Generation() => new()
    {
        ["bos_token_id"] = RandomTokenizer.BeginOfSequence,
        ["eos_token_id"] = RandomTokenizer.EndOfSequence,
        ["do_sample"] = true,
        ["temperature"] = 0.6,
        ["top_p"] = 0.95,
    };

    private static void WriteJson(string directory, string name, JsonObject content)
    {
        JsonSerializerOptions options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        File.WriteAllText(Path.Combine(directory, name), content.ToJsonString(options) + "\n");
    }
}
