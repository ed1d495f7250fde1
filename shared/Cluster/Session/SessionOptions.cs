using System.ComponentModel.DataAnnotations;
using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Cluster.Session;

/// <summary>Intervals and timeouts of a session.</summary>
public sealed record SessionOptions
{
    /// <summary>Interval between writes of the token log while it grows.</summary>
    public TimeSpan WriteInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Tokens of a block. A write starts with the last block that was not full. The size equals that of the store, so that the store writes no block in two parts.</summary>
    public int BlockTokens { get; init; } = SessionParts.BlockTokens;

    /// <summary>Time without a token after which the session is submitted again.</summary>
    public TimeSpan SubmitAfter { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// Time without a request from a gateway after which generation stops, until a gateway asks again. Gateways ask several times a second while they have a client, so a client that
    /// lost its connection can resume within this time.
    /// </summary>
    [Range(1, 3600)]
    [Display(GroupName = "HTTP", Prompt = "SECONDS", Description = "Seconds within which a client can resume its stream after its connection broke.")]
    public TimeSpan ResumeWithin { get; init; } = TimeSpan.FromSeconds(30);
}
