namespace OrleansInference.Cluster.Stage;

/// <summary>Bounds of a device's part of the control.</summary>
internal sealed record StageOptions
{
    /// <summary>Pages whose hidden states are kept for a recovery, at all borders together; 0 keeps none.</summary>
    public int JournalPages { get; init; } = 4096;

    /// <summary>Pages on their way to one receiver at the same time.</summary>
    public int PagesUnderWay { get; init; } = 64;

    /// <summary>Pages that may be left to copy when steps stop for the end of a copy.</summary>
    public int PagesAtEnd { get; init; } = 8;

    /// <summary>The pipeline that the device serves before a directory says otherwise; −1: none.</summary>
    public int Pipeline { get; init; }

    /// <summary>After how long an unanswered message goes again.</summary>
    public TimeSpan RepeatAfter { get; init; } = TimeSpan.FromMilliseconds(100);
}
