using OrleansInference.Models.Architectures;
using OrleansInference.Models.Fields;

namespace OrleansInference.Models.Checkpoints;

/// <summary>
/// A Hugging Face checkpoint folder, opened: its configuration is resolved and checked, its weights are mapped but not read.
/// Thread-safe, except that nothing may be read while or after it is disposed.
/// </summary>
public sealed class Checkpoint : IDisposable
{
    private const int MaxConfigBytes = 1 << 20;
    private const int MaxEndOfSequence = 1024;

    private readonly WeightFiles _weights;
    private readonly Lazy<string> _identity;
    private readonly Lazy<string> _contentIdentity;

    private Checkpoint(string directory, byte[] config, WeightFiles weights)
    {
        _weights = weights;
        Directory = directory;
        string configPath = Path.Combine(directory, "config.json");
        JsonElement root = BoundedJson.ParseObject(configPath, config);
        Spec = ArchitectureRegistry.Describe(root);
        FieldReader fields = new(root, configPath);
        FieldReader generation = ReadGeneration(Path.Combine(directory, "generation_config.json"));
        Generation = GenerationDefaults.Read(generation);
        EndOfSequence = TokenIds("eos_token_id", generation, fields);
        BeginOfSequence = TokenIds("bos_token_id", generation, fields) is [int first, ..] ? first : null;
        TokenizerPath = Present("tokenizer.json");
        TokenizerConfigPath = Present("tokenizer_config.json");
        ChatTemplatePath = Present("chat_template.jinja");
        _contentIdentity = new Lazy<string>(() => CheckpointIdentity.OfContent(config, weights.Files));
        _identity = new Lazy<string>(() => CheckpointIdentity.OfFiles(ContentIdentity, weights.Files));
    }

    /// <summary>Full path of the folder.</summary>
    public string Directory { get; }

    public ModelSpec Spec { get; }

    /// <summary>Tokens that end a generation, all within the vocabulary; may be empty.</summary>
    public IReadOnlyList<int> EndOfSequence { get; }

    public int? BeginOfSequence { get; }

    public GenerationDefaults Generation { get; }

    /// <summary>Path of tokenizer.json, or null if the folder has none.</summary>
    public string? TokenizerPath { get; }

    /// <summary>Path of tokenizer_config.json, or null if the folder has none.</summary>
    public string? TokenizerConfigPath { get; }

    /// <summary>chat_template.jinja, which newer folders have in place of the tokenizer configuration's field, or null.</summary>
    public string? ChatTemplatePath { get; }

    /// <summary>Bytes of all weight files.</summary>
    public long WeightBytes => _weights.Files.Sum(file => file.Length - file.DataStart);

    /// <summary>64 hexadecimal digits that change when config.json or the weight files change, also by a mere rewrite. Cheap: samples of every tensor are read, not all.</summary>
    public string Identity => _identity.Value;

    /// <summary>64 hexadecimal digits of the configuration and the weights alone: two copies of a checkpoint agree, whatever their paths, times and shards.</summary>
    public string ContentIdentity => _contentIdentity.Value;

    /// <exception cref="InferenceException">
    /// <see cref="ErrorCode.InvalidCheckpoint"/>: a file is missing, malformed, or requires an unsupported feature.
    /// </exception>
    public static Checkpoint Open(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        string full = Path.GetFullPath(directory);
        if (!System.IO.Directory.Exists(full))
            BadCheckpoint.Throw(full, "is not a directory");
        byte[] config = BoundedJson.ReadBytes(Path.Combine(full, "config.json"), MaxConfigBytes);
        // An architecture that is not supported says more than whatever else is wrong with its files.
        ArchitectureRegistry.RequireSupported(BoundedJson.ParseObject(Path.Combine(full, "config.json"), config));
        var weights = WeightFiles.Open(full);
        try
        {
            return new Checkpoint(full, config, weights);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Finds a tensor and compares it with the expectation of the architecture. Reads no weights.</summary>
    /// <exception cref="InferenceException">The tensor is absent, or has another shape or an element type other than BF16, F16 or F32.</exception>
    public CheckpointTensor Tensor(TensorSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        (SafetensorsFile file, TensorEntry entry) = _weights.Find(spec.Name);
        if (!entry.Shape.AsSpan().SequenceEqual(Array.ConvertAll(spec.Shape, static extent => (long)extent)))
        {
            BadCheckpoint.Throw(
                file.Path, $"tensor {BadCheckpoint.Quote(spec.Name)} has shape [{string.Join(", ", entry.Shape)}], expected [{string.Join(", ", spec.Shape)}]");
        }

        if (SafetensorsTypes.Readable(entry.Type) is not TensorType type)
        {
            string found = $"tensor {BadCheckpoint.Quote(spec.Name)} is of type {BadCheckpoint.Quote(entry.Type)}";
            throw BadCheckpoint.Error(file.Path, $"{found}, expected BF16, F16 or F32");
        }

        return new CheckpointTensor(file, entry, type);
    }

    /// <summary>Unmaps the weights: every <see cref="CheckpointTensor"/> becomes invalid.</summary>
    public void Dispose() => _weights.Dispose();

    private static FieldReader ReadGeneration(string path)
    {
        byte[] json = File.Exists(path) ? BoundedJson.ReadBytes(path, MaxConfigBytes) : "{}"u8.ToArray();
        return new FieldReader(BoundedJson.ParseObject(path, json), path);
    }

    /// <summary>Ids of the first file that has the field. One beyond the vocabulary, which no step can produce, is left out.</summary>
    private List<int> TokenIds(string name, FieldReader generation, FieldReader config)
    {
        IReadOnlyList<int> ids = generation.OneOrMoreIntegers(name, 0, MaxEndOfSequence) ?? config.OneOrMoreIntegers(name, 0, MaxEndOfSequence) ?? [];
        return [.. ids.Where(id => id < Spec.VocabularySize)];
    }

    private string? Present(string name)
    {
        string path = Path.Combine(Directory, name);
        return File.Exists(path) ? path : null;
    }
}
