using System.ComponentModel.DataAnnotations;

namespace OrleansInference.Compute;

/// <summary>How a model is held and computed in this process.</summary>
public sealed record ComputeOptions
{
    /// <summary>Worker threads, the caller's own among them. Any number gives the same bits.</summary>
    [Range(1, 1024)]
    [Display(GroupName = "Devices", Prompt = "N", Description = "Worker threads of each device; by default one for each processor, divided among the nodes of --nodes.")]
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Runs of layers that a whole model is loaded in, each with pages of its own. Any number gives the same bits.</summary>
    public int Stages { get; init; } = 1;

    /// <summary>Most rows (tokens) of one step.</summary>
    public int MaxStepTokens { get; init; } = 512;

    /// <summary>Most rows of logits of one step; null: as many as rows.</summary>
    public int? MaxLogitRows { get; init; }

    /// <summary>Memory for pages in bytes; null: enough for 32,768 tokens.</summary>
    [Display(Name = "KvMemory", GroupName = "Devices", Prompt = "SIZE", Description = "Memory for keys and values, as if the node held all layers; by default enough for 32,768 tokens. The same on all nodes.")]
    public long? KvBytes { get; init; }

    /// <summary>Host memory for pages that the pool has no room for, in bytes, as if all layers were there; 0: they are computed again.</summary>
    [Display(Name = "KvOffloadMemory", GroupName = "Devices", Prompt = "SIZE", Description = "Host memory for keys and values of idle conversations that do not fit into the page pool, for all layers, such as 2GB; none by default. The same on all nodes.")]
    public long KvOffloadMemoryBytes { get; init; }

    /// <summary>File space for such pages, in addition to that memory, in bytes, as if all layers were there.</summary>
    [Display(Name = "KvOffloadFile", GroupName = "Devices", Prompt = "SIZE", Description = "File size for such keys and values, in addition to that memory; none by default. The same on all nodes.")]
    public long KvOffloadFileBytes { get; init; }

    /// <summary>Folder of the file, which has no name in it while it is used; null: the user's cache folder.</summary>
    [Display(GroupName = "Devices", Prompt = "DIR", Description = "Folder of that file, which has no name while it is used; the user's cache folder by default.")]
    public string? KvOffloadFolder { get; init; }

    [Display(GroupName = "Model", Prompt = "TYPE", Description = "Element type of keys and values: f32 or bf16. The same on all nodes.")]
    public KvType KvType { get; init; } = KvType.Float32;

    /// <summary>Folder under which packed weights are kept; null: the user's cache folder. Empty or <c>none</c>: pack into memory at every start.</summary>
    [Display(Name = "Cache", GroupName = "Model", Prompt = "DIR", Description = "Folder for packed weights, or none to pack them at every start; the user's cache folder by default.")]
    public string? PackedFolder { get; init; }

    internal const int DefaultKvTokens = 32768;

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>, naming the option and its range.</exception>
    public void Validate(int layers)
    {
        Require(Threads is >= 1 and <= 1024, nameof(Threads), Threads, "1 to 1024");
        Require(Stages >= 1 && Stages <= layers, nameof(Stages), Stages, $"1 to the model's {layers} layers");
        Require(MaxStepTokens is >= 1 and <= 65536, nameof(MaxStepTokens), MaxStepTokens, "1 to 65536");
        Require(MaxLogitRows is null or >= 1, nameof(MaxLogitRows), MaxLogitRows, "at least 1");
        Require(KvBytes is null or > 0, nameof(KvBytes), KvBytes, "more than 0");
        Require(KvOffloadMemoryBytes >= 0, nameof(KvOffloadMemoryBytes), KvOffloadMemoryBytes, "at least 0");
        Require(KvOffloadFileBytes >= 0, nameof(KvOffloadFileBytes), KvOffloadFileBytes, "at least 0");
        Require(Enum.IsDefined(KvType), nameof(KvType), KvType, string.Join(" or ", Enum.GetNames<KvType>()));
    }

    private static void Require(bool holds, string name, object? value, string range)
    {
        if (!holds)
        {
            InferenceException.Throw(ErrorCode.InvalidOption, $"{name} is {value}; expected {range}.", name);
        }
    }
}
