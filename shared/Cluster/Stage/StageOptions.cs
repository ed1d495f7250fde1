namespace OrleansInference.Cluster.Stage;

/// <summary>Options of a stage.</summary>
public sealed record StageOptions
{
    /// <summary>Pages whose hidden states are kept for recovery, in all journals together; 0 keeps none.</summary>
    public int JournalPages { get; init; } = 4096;

    /// <summary>Limit of pages in flight to one receiver.</summary>
    public int PagesInFlight { get; init; } = 64;

    /// <summary>Limit of pages that are left to copy when the router stops sending steps.</summary>
    public int PagesAtEnd { get; init; } = 8;

    /// <summary>The pipeline that the device serves until a directory allocates it; −1 for none.</summary>
    public int Pipeline { get; init; }

    /// <summary>Interval after which an unanswered message is sent again.</summary>
    public TimeSpan RepeatAfter { get; init; } = TimeSpan.FromMilliseconds(100);
}
