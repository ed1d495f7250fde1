using System.ComponentModel.DataAnnotations;

namespace OrleansInference.Silo.Settings;

/// <summary>Options of several nodes on this machine.</summary>
public sealed record LocalNodesOptions
{
    private const string Group = "Nodes";

    [Range(1, 64)]
    [Display(Name = "Nodes", GroupName = Group, Prompt = "N", Description = "Nodes to start on this machine, one process each, over one PostgreSQL.")]
    public int Count { get; init; } = 1;

    [Display(GroupName = Group, Prompt = "DIR", Description = "Folder of that PostgreSQL; by default one folder for all starts of this user.")]
    public string? PostgresFolder { get; init; }

    [Display(GroupName = Group, Prompt = "WHEN", Description = "When an ended node of this machine is started again: on-failure, always (also after a drain), or never.")]
    public RestartPolicy Restart { get; init; } = RestartPolicy.OnFailure;

    [Range(0, 3600)]
    [Display(GroupName = Group, Prompt = "SECONDS", Description = "Seconds until an ended node is started again.")]
    public TimeSpan RestartAfter { get; init; } = TimeSpan.FromMilliseconds(500);
}
