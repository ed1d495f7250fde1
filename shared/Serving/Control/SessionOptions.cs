namespace OrleansInference.Serving.Control;

/// <summary>Times that a session goes by.</summary>
internal sealed record SessionOptions
{
    /// <summary>How often the token log is written while it grows.</summary>
    public TimeSpan WriteEvery { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>After how long without a token the router is asked again.</summary>
    public TimeSpan SubmitAfter { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>After how long without a gateway that asks for it generation is left off. It goes on when one asks again.</summary>
    public TimeSpan ResumeWithin { get; init; } = TimeSpan.FromSeconds(30);
}
