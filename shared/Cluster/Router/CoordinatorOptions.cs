using System.ComponentModel.DataAnnotations;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Router;

/// <summary>Times and costs that the router's part of the control goes by.</summary>
public sealed record CoordinatorOptions
{
    /// <summary>After how long an unanswered message goes again.</summary>
    public TimeSpan RepeatAfter { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often the devices of a plan are asked whether they are there.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>A device that was silent for this long is given up.</summary>
    [Range(0.1, 600)]
    [Display(GroupName = "Cluster", Prompt = "SECONDS", Description = "Seconds without an answer after which a device counts as lost.")]
    public TimeSpan LostAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>While there is no plan: how long after a refusal devices are asked again for layers that they had no room for.</summary>
    public TimeSpan AskAgainAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a router that leaves waits for the steps under way.</summary>
    public TimeSpan LeaveWithin { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Most tokens of a context that one replay message computes again, in whole pages; never more than a step's limit.</summary>
    public int ReplayTokens { get; init; } = 512;

    /// <summary>Whether cached pages are computed again in the background after every change of plans, and compared.</summary>
    [Display(GroupName = "Devices", Prompt = "SWITCH", Description = "Recompute cached pages in the background after every change of plan, and compare them, while a router runs on this node: on or off.")]
    public bool VerifyPages { get; init; }

    /// <summary>What recoveries cost.</summary>
    public RecoveryCosts Costs { get; init; } = new();
}
