namespace OrleansInference.Engine.Requests;

/// <summary>A snapshot of the service for health checks and metrics.</summary>
/// <param name="Ready">Whether requests can be served now.</param>
/// <param name="Reason">Why not, when not.</param>
public readonly record struct ServiceStatus(bool Ready, string? Reason)
{
    /// <summary>Sequences that take part in steps.</summary>
    public int Running { get; init; }

    /// <summary>Sequences that wait for admission.</summary>
    public int Waiting { get; init; }

    public int PagesInUse { get; init; }

    public int PagesTotal { get; init; }

    /// <summary>Pages that no sequence needs now, kept for those that begin with the same tokens.</summary>
    public int PagesCached { get; init; }

    /// <summary>Pages outside the pool, in host memory or a file.</summary>
    public int PagesOffloaded { get; init; }

    /// <summary>Pages written there since the start.</summary>
    public long OffloadedPages { get; init; }

    /// <summary>Pages brought back from there since the start.</summary>
    public long RestoredPages { get; init; }

    /// <summary>Steps executed since the start.</summary>
    public long Steps { get; init; }

    /// <summary>Their time since the start, each from its forming to its return; steps that are under way together count each.</summary>
    public TimeSpan StepTime { get; init; }

    /// <summary>Time that the router worked since the start: what came in, what came back, and the forming of steps.</summary>
    public TimeSpan RouterTime { get; init; }

    /// <summary>Prompt tokens computed since the start, those from the prefix cache not counted.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Prompt tokens taken from the prefix cache since the start.</summary>
    public long CachedPromptTokens { get; init; }

    /// <summary>Tokens generated since the start.</summary>
    public long GeneratedTokens { get; init; }

    /// <summary>Tokens guessed by prompt lookup since the start.</summary>
    public long GuessedTokens { get; init; }

    /// <summary>Guessed tokens that were right.</summary>
    public long AcceptedTokens { get; init; }

    /// <summary>Times that a sequence had to give up its pages since the start.</summary>
    public long Preemptions { get; init; }
}
