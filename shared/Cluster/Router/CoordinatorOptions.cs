using System.ComponentModel.DataAnnotations;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Router;

/// <summary>Intervals, timeouts and costs of the plan coordinator.</summary>
public sealed record CoordinatorOptions
{
    /// <summary>Time after which an unanswered message is sent again.</summary>
    public TimeSpan RepeatAfter { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Interval between two probes of the devices of a plan.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Time without an answer after which a device counts as lost.</summary>
    [Range(0.1, 600)]
    [Display(GroupName = "Cluster", Prompt = "SECONDS", Description = "Seconds without an answer after which a device counts as lost.")]
    public TimeSpan LostAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Time after a refusal before devices are asked again to load layers that they had no room for, while there is no plan.</summary>
    public TimeSpan RefusalRetryDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait of a leaving router for the steps in flight.</summary>
    public TimeSpan LeaveTimeout { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Upper limit of the tokens that one replay message recomputes, in whole pages. The limit of a step applies as well.</summary>
    public int ReplayTokens { get; init; } = 512;

    /// <summary>Whether cached pages are recomputed in the background after every change of plan, and compared.</summary>
    [Display(GroupName = "Devices", Prompt = "SWITCH", Description = "Recompute cached pages in the background after every change of plan, and compare them, while a router runs on this node: on or off.")]
    public bool VerifyPages { get; init; }

    /// <summary>Estimated costs of the recovery strategies.</summary>
    public RecoveryCosts Costs { get; init; } = new();
}
