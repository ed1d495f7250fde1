using OrleansInference.Cluster.Hosting;
using OrleansInference.Compute;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Cli.Settings;

/// <summary>Options that select a model and configure its execution.</summary>
internal sealed record ModelOptions
{
    public static readonly Setting ModelSetting = new("Model", "Folder of the checkpoint; the demo model by default", "DIR");
    public static readonly Setting NameSetting = new("Name", "Name of the model in requests; the folder's name by default", "NAME");
    public static readonly Setting ThreadsSetting = new("Threads", "Worker threads; by default one for each processor", "N");
    public static readonly Setting StagesSetting = new("Stages", "Runs of layers that the model is loaded in; 1 by default", "N");
    public static readonly Setting KvMemorySetting = new("KvMemory", "Memory for keys and values, such as 512MB; by default enough for 32768 tokens", "SIZE");
    public static readonly Setting KvTypeSetting = new("KvType", "Element type of keys and values: f32 or bf16; f32 by default", "TYPE");
    public static readonly Setting CacheSetting = new("Cache", "Folder for packed weights, or none to pack them at every start; the user's cache folder by default", "DIR");
    public static readonly Setting PrefillTokensSetting = new("PrefillTokens", "Maximum prompt tokens of a step; 512 by default", "N");
    public static readonly Setting MaxWaitingSetting = new("MaxWaiting", "Maximum waiting requests; 256 by default", "N");

    public static readonly Setting MaxRunningSetting = new("MaxRunning", "Maximum sequences that run concurrently; 64 by default", "N");
    public static readonly Setting InterTokenTargetSetting = new("InterTokenTarget", "Target for the milliseconds between two tokens, which the prompts of other requests may not exceed; 200 by default", "MS");
    public static readonly Setting SpeculationSetting = new("Speculation", "Speculative decoding from earlier text, which does not change the tokens: on or off; on by default", "SWITCH");

    private const string NoCache = "none";

    private static readonly Dictionary<string, KvType> KvTypes = new() { ["f32"] = KvType.Float32, ["bf16"] = KvType.BFloat16 };

    private static readonly Dictionary<string, bool> Switch = new() { ["on"] = true, ["off"] = false };

    /// <summary>Settings of a command that computes.</summary>
    public static Setting[] ComputeSettings { get; } = [ModelSetting, ThreadsSetting, StagesSetting, KvMemorySetting, KvTypeSetting, CacheSetting];

    /// <summary>Settings of a command that serves.</summary>
    public static Setting[] ServiceSettings { get; } = [.. ComputeSettings, NameSetting, PrefillTokensSetting, MaxWaitingSetting, MaxRunningSetting, InterTokenTargetSetting, SpeculationSetting];

    /// <summary>Full path of the checkpoint's folder.</summary>
    public required string Model { get; init; }

    public required string Name { get; init; }

    public ComputeOptions Compute { get; init; } = new();

    public ServingOptions Serving { get; init; } = new();

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: a value is out of its range, or the folder does not exist.</exception>
    public static ModelOptions Read(SettingReader reader)
    {
        string model = ModelLocator.Find(reader.Text(ModelSetting));
        ServingOptions serving = new();
        serving = serving with
        {
            MaxPrefillTokens = reader.Integer(PrefillTokensSetting, 1, 65536) ?? serving.MaxPrefillTokens,
            MaxWaitingRequests = reader.Integer(MaxWaitingSetting, 1, 1_000_000) ?? serving.MaxWaitingRequests,
            MaxRunningSequences = reader.Integer(MaxRunningSetting, 1, 65536) ?? serving.MaxRunningSequences,
            InterTokenTarget = reader.Integer(InterTokenTargetSetting, 1, 3_600_000) is { } target ? TimeSpan.FromMilliseconds(target) : serving.InterTokenTarget,
            Speculation = reader.Choice(SpeculationSetting, serving.Speculation, Switch),
        };
        string? cache = reader.Text(CacheSetting);
        return new ModelOptions
        {
            Model = model,
            Name = reader.Text(NameSetting) ?? ServedModels.NameOf(model),
            Serving = serving,
            Compute = new ComputeOptions
            {
                Threads = reader.Integer(ThreadsSetting, 1, 1024) ?? Environment.ProcessorCount,
                Stages = reader.Integer(StagesSetting, 1, 1024) ?? 1,
                KvBytes = reader.Size(KvMemorySetting),
                KvType = reader.Choice(KvTypeSetting, KvType.Float32, KvTypes),
                PackedFolder = cache is null ? null : cache == NoCache ? "" : Path.GetFullPath(cache),
                MaxStepTokens = Math.Max(serving.MaxPrefillTokens, serving.MaxRunningSequences),
            },
        };
    }
}
