using Orleans.Concurrency;

namespace OrleansInference.Grains.Directory;

/// <summary>Configuration that all nodes of a cluster must have in common.</summary>
[GenerateSerializer, Immutable, Alias("inference.terms")]
public sealed record ClusterConfig
{
    /// <summary>Name of the model in requests.</summary>
    [Id(0)]
    public required string Model { get; init; }

    /// <summary>Fingerprint of the model's files, the arithmetic and the element type of keys and values.</summary>
    [Id(1)]
    public required string Fingerprint { get; init; }

    /// <summary>Element type of keys and values.</summary>
    [Id(2)]
    public required string KvType { get; init; }

    /// <summary>Tokens whose keys and values a device has room for.</summary>
    [Id(3)]
    public required int KvTokens { get; init; }

    /// <summary>Number of stages of a pipeline; null lets the planner choose.</summary>
    [Id(4)]
    public int? Stages { get; init; }

    /// <summary>Version of the messages between nodes.</summary>
    [Id(5)]
    public required int MessageVersion { get; init; }

    /// <summary>Maximum number of pipelines in addition to the first.</summary>
    [Id(6)]
    public int FurtherPipelines { get; init; }

    /// <summary>Tokens whose keys and values a device has room for in addition to its pool.</summary>
    [Id(7)]
    public int KvOffloadTokens { get; init; }

    public int Pipelines => 1 + FurtherPipelines;

    /// <summary>Describes the first difference from <paramref name="cluster"/> and its remedy; null if there is none.</summary>
    public string? DifferenceFrom(ClusterConfig cluster)
    {
        if (MessageVersion != cluster.MessageVersion)
        {
            return $"its messages have version {MessageVersion}, those of the cluster version {cluster.MessageVersion}: start it from the same release";
        }

        if (KvType != cluster.KvType)
        {
            return $"its KvType is {KvType}, the cluster's is {cluster.KvType}";
        }

        if (Fingerprint != cluster.Fingerprint)
        {
            return $"its model '{Model}' has the fingerprint {Fingerprint}, the cluster's model '{cluster.Model}' has {cluster.Fingerprint}: use the same checkpoint, or another ClusterId";
        }

        if (Model != cluster.Model)
        {
            return $"its model name is '{Model}', the cluster's is '{cluster.Model}': set Name to that";
        }

        if (KvTokens != cluster.KvTokens)
        {
            return $"its KvMemory holds {KvTokens} tokens, the cluster's holds {cluster.KvTokens}";
        }

        if (KvOffloadTokens != cluster.KvOffloadTokens)
        {
            return $"its KvOffloadMemory and KvOffloadFile hold {KvOffloadTokens} tokens, the cluster's hold {cluster.KvOffloadTokens}";
        }

        if (Pipelines != cluster.Pipelines)
        {
            return $"its Pipelines is {Pipelines}, the cluster's is {cluster.Pipelines}";
        }

        return Stages == cluster.Stages ? null : $"its Stages is {Text(Stages)}, the cluster's is {Text(cluster.Stages)}";
    }

    private static string Text(int? stages) => stages is { } number ? $"{number}" : "chosen by the planner";
}
