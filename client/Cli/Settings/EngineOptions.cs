using OrleansInference.Models;

namespace OrleansInference.Cli.Settings;

/// <summary>Element type of keys and values in pages.</summary>
internal enum KvType
{
    Float32,
    BFloat16,
}

/// <summary>Which model to load, and how to run it.</summary>
internal sealed record EngineOptions
{
    public static readonly Setting ModelSetting = new("Model", "Folder of the checkpoint; the demo model by default", "DIR");
    public static readonly Setting NameSetting = new("Name", "Name of the model in requests; the folder's name by default", "NAME");
    public static readonly Setting ThreadsSetting = new("Threads", "Worker threads; one for each processor by default", "N");
    public static readonly Setting StagesSetting = new("Stages", "In-process pipeline stages; 1 by default", "N");
    public static readonly Setting PagesSetting = new("Pages", "Pages of 16 tokens in the KV-cache; as many as --kv-memory holds by default", "N");
    public static readonly Setting KvMemorySetting = new("KvMemory", "Memory of the KV-cache, such as 512MB; 1GB at most by default", "SIZE");
    public static readonly Setting KvTypeSetting = new("KvType", "Element type of the KV-cache: f32 or bf16; f32 by default", "TYPE");

    public static readonly Setting[] Settings = [ModelSetting, NameSetting, ThreadsSetting, StagesSetting, PagesSetting, KvMemorySetting, KvTypeSetting];

    private static readonly Dictionary<string, KvType> KvTypes = new() { ["f32"] = KvType.Float32, ["bf16"] = KvType.BFloat16 };

    /// <summary>Full path of the checkpoint's folder.</summary>
    public required string Model { get; init; }

    public required string Name { get; init; }

    public int Threads { get; init; } = Environment.ProcessorCount;

    public int Stages { get; init; } = 1;

    /// <summary>Null: as many as <see cref="KvMemory"/> holds.</summary>
    public int? Pages { get; init; }

    /// <summary>Bytes.</summary>
    public long KvMemory { get; init; } = 1L << 30;

    public KvType KvType { get; init; }

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: a value is out of its range, or the folder does not exist.</exception>
    public static EngineOptions Read(SettingReader reader)
    {
        string model = ModelLocator.Find(reader.Text(ModelSetting));
        return new EngineOptions
        {
            Model = model,
            Name = reader.Text(NameSetting) ?? ModelLocator.NameOf(model),
            Threads = reader.Integer(ThreadsSetting, 1, 1024) ?? Environment.ProcessorCount,
            Stages = reader.Integer(StagesSetting, 1, 1024) ?? 1,
            Pages = reader.Integer(PagesSetting, 1, int.MaxValue),
            KvMemory = reader.Size(KvMemorySetting) ?? 1L << 30,
            KvType = reader.Choice(KvTypeSetting, KvType.Float32, KvTypes),
        };
    }
}
