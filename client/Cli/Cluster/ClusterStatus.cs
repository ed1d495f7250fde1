using System.Text.Json;

namespace OrleansInference.Cli.Cluster;

/// <summary>Cluster status that a node reports; fields of a later version are ignored.</summary>
/// <param name="Answered">Name of the node that answered.</param>
/// <param name="Router">Router of the first pipeline.</param>
/// <param name="Nodes">Nodes by name.</param>
/// <param name="Directory">Name of the node with the directory.</param>
public sealed record ClusterStatus(string Answered, RouterStatus Router, IReadOnlyList<NodeStatus> Nodes, string Directory = "")
{
    /// <summary>Routers of all pipelines; an earlier version reports one.</summary>
    public IReadOnlyList<RouterStatus> Pipelines { get => field.Count > 0 ? field : [Router]; init; } = [];

    /// <summary>Whether all pipelines serve.</summary>
    public bool Serves => Pipelines.All(static router => router.Serves);

    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidRequest"/>: the document does not describe a cluster.</exception>
    public static ClusterStatus Read(JsonElement document)
    {
        try
        {
            return document.Deserialize<ClusterStatus>(Format) ?? throw new JsonException("it is null");
        }
        catch (JsonException exception)
        {
            throw new InferenceException(ErrorCode.InvalidRequest, $"The answer does not describe a cluster: {exception.Message}", null, exception);
        }
    }

    public NodeStatus? Find(string name) => Nodes.FirstOrDefault(node => node.Name == name);

    public NodeStatus? WithDevice(int number) => Nodes.FirstOrDefault(node => node.Devices.Any(device => device.Number == number));
}

/// <summary>Activation of a router, its node, and its counters.</summary>
public sealed record RouterStatus(
    int Activation, string Phase, bool Serves, long Epoch, IReadOnlyList<StageStatus> Stages, int Sessions, long Recoveries, long Migrations, RecoveredStatus Recovered,
    long Steps, long GeneratedTokens, long PagesInUse, long PagesTotal, string Node = "",
    long? Plans = null, RecoveryParts? RecoveryMilliseconds = null, string? Reason = null, int InheritedPages = 0, int Pipeline = 0,
    long VerifiedPages = 0, long UnprovenPages = 0)
{
    /// <summary>Layers that devices had no room for.</summary>
    public IReadOnlyList<RefusalStatus> Refusals { get; init; } = [];

    /// <summary>Time of steps by part; an earlier version does not report it.</summary>
    public StepTimesStatus? StepTimes { get; init; }
}

/// <summary>Stage of the plan in force: layers <paramref name="FirstLayer"/> … <paramref name="EndLayer"/> − 1.</summary>
public sealed record StageStatus(int Device, string? Node, int FirstLayer, int EndLayer);

/// <summary>Layers <paramref name="FirstLayer"/> … <paramref name="EndLayer"/> − 1, for which a device had no memory.</summary>
public sealed record RefusalStatus(int Device, string? Node, int FirstLayer, int EndLayer, string Reason);

/// <summary>Milliseconds of all recoveries: until the next plan was saved, until its stages had joined it with their layers, and until lost pages were restored.</summary>
public sealed record RecoveryParts(long Plan, long Load, long Replay, long InlineRecompute = 0);

/// <summary>Milliseconds of all steps in which stages computed, in which steps waited for a stage, and milliseconds of all hops.</summary>
public sealed record StepTimesStatus(long Steps, long Hops, double ComputingMilliseconds, double WaitingMilliseconds, double HopMilliseconds);

/// <summary>Restored sequences by recovery strategy.</summary>
public sealed record RecoveredStatus(long Journal, long Prefix, long Full);

/// <summary>Node; <paramref name="Process"/> is its process id on its machine.</summary>
public sealed record NodeStatus(string Name, string Silo, string Url, bool Draining, int Sessions, int Streams, IReadOnlyList<DeviceStatus> Devices, int Process = 0)
{
    /// <summary>Bytes that the node sent to other nodes over links.</summary>
    public long LinkBytes { get; init; }

    /// <summary>Pipelines that its devices serve, such as <c>0, 1</c>.</summary>
    public string Pipelines => string.Join(", ", Devices.Select(static device => device.Pipeline).Where(static pipeline => pipeline >= 0).Distinct().Order());

    /// <summary>Layers that run on the node, such as <c>0-13</c>.</summary>
    public string Layers => Devices.Any(static device => device.EndLayer > device.FirstLayer)
        ? string.Join(", ", Devices.Where(static device => device.EndLayer > device.FirstLayer).Select(static device => $"{device.FirstLayer}-{device.EndLayer - 1}"))
        : "none";
}

/// <summary>Device, with counters since its node started.</summary>
public sealed record DeviceStatus(
    int Number, string Kind, long MemoryBytes, double ReadBandwidth, double ArithmeticRate, int Pages, int FirstLayer, int EndLayer, long Epoch,
    long Steps = 0, double ComputingMilliseconds = 0, double WaitingMilliseconds = 0, long CopiedBytes = 0, long ReplayedBytes = 0, double ReplayingMilliseconds = 0, int Pipeline = 0, double? RateShare = null,
    long CorruptedPages = 0);
