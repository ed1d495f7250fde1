using OrleansInference.Models;

namespace OrleansInference.Compute;

/// <summary>How a model is held and computed in this process.</summary>
public sealed record ComputeOptions
{
    /// <summary>Worker threads, the caller's own among them. Any number gives the same bits.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Pipeline stages in this process; each owns a run of layers and its pages. Any number gives the same bits.</summary>
    public int Stages { get; init; } = 1;

    /// <summary>
    /// Whether stages divide the threads and work on different steps at the same time, or share all threads and take turns. Stages that share a memory bus
    /// read all weights once for each step, so fewer, larger steps are faster there: off by default.
    /// </summary>
    public bool ParallelStages { get; init; }

    /// <summary>Most rows (tokens) of one step.</summary>
    public int MaxStepTokens { get; init; } = 512;

    /// <summary>Most rows of logits of one step; null: as many as rows.</summary>
    public int? MaxLogitRows { get; init; }

    /// <summary>Memory for pages in bytes; null: enough for 32,768 tokens.</summary>
    public long? KvBytes { get; init; }

    public KvType KvType { get; init; } = KvType.Float32;

    /// <summary>Folder under which packed weights are kept; null: the user's cache folder. Empty: pack into memory at every start.</summary>
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
