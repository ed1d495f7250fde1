using System.ComponentModel.DataAnnotations;
using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Cluster.Session;

/// <summary>Times that a session goes by.</summary>
public sealed record SessionOptions
{
    /// <summary>How often the token log is written while it grows.</summary>
    public TimeSpan WriteInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Tokens of a block: a write begins with the last one that was not full. As the store has them, so that it writes no block in two parts.</summary>
    public int BlockTokens { get; init; } = SessionParts.BlockTokens;

    /// <summary>After how long without a token the router is asked again.</summary>
    public TimeSpan SubmitAfter { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// Time without a request from a gateway after which generation stops, until a gateway asks again. Gateways ask several times a second while they have a client, so
    /// this is the time in which a client that lost its connection can come back.
    /// </summary>
    [Range(1, 3600)]
    [Display(GroupName = "HTTP", Prompt = "SECONDS", Description = "Seconds within which a client can resume its stream after its connection broke.")]
    public TimeSpan ResumeWithin { get; init; } = TimeSpan.FromSeconds(30);
}
