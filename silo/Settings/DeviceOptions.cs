using System.ComponentModel.DataAnnotations;

namespace OrleansInference.Silo.Settings;

/// <summary>The devices of the node.</summary>
public sealed record DeviceOptions
{
    private const string Group = "Devices";

    [Range(1, 64)]
    [Display(Name = "Devices", GroupName = Group, Prompt = "N", Description = "Devices of the node, each of which can hold a stage.")]
    public int Count { get; init; } = 1;

    [Display(GroupName = Group, Prompt = "SIZE", Description = "Limit for the memory of all devices of the node, for weights, pages and the working memory of steps; by default the memory of the machine or the container, divided among the nodes of --nodes.")]
    public long? DeviceMemory { get; init; }

    /// <summary>Memory limit of all devices.</summary>
    public long Bytes => DeviceMemory ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
}
