using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Protocol;

/// <summary>What a device has done in its life. One thread counts, any may read.</summary>
internal sealed class StageCounters
{
    private long _steps;
    private long _computing; // ticks, as the next
    private long _waiting;
    private long _replaying;
    private long _copiedBytes;
    private long _replayedBytes;
    private long _spoiltPages;

    /// <summary>Steps that were computed; replays are none.</summary>
    public long Steps => Interlocked.Read(ref _steps);

    /// <summary>Of the steps, each from when it was begun until it was sent on.</summary>
    public TimeSpan Computing => new(Interlocked.Read(ref _computing));

    /// <summary>Of the steps, each from its arrival until it was begun.</summary>
    public TimeSpan Waiting => new(Interlocked.Read(ref _waiting));

    /// <summary>In which pages were computed again for recoveries.</summary>
    public TimeSpan Replaying => new(Interlocked.Read(ref _replaying));

    /// <summary>Bytes of pages that migrations took from here, those that were sent again included.</summary>
    public long CopiedBytes => Interlocked.Read(ref _copiedBytes);

    /// <summary>Bytes of hidden states that recoveries took from here, those that were sent again included.</summary>
    public long ReplayedBytes => Interlocked.Read(ref _replayedBytes);

    /// <summary>Pages that held other contents than their checksum says, or than they were computed to again; nobody was given them from then on.</summary>
    public long SpoiltPages => Interlocked.Read(ref _spoiltPages);

    public void FoundSpoilt(int pages) => Interlocked.Add(ref _spoiltPages, pages);

    public void Computed(TimeSpan computing, TimeSpan waiting)
    {
        Interlocked.Increment(ref _steps);
        Interlocked.Add(ref _computing, computing.Ticks);
        Interlocked.Add(ref _waiting, waiting.Ticks);
    }

    public void Recomputed(TimeSpan replaying) => Interlocked.Add(ref _replaying, replaying.Ticks);

    public void Copied(long bytes) => Interlocked.Add(ref _copiedBytes, bytes);

    public void Replayed(long bytes) => Interlocked.Add(ref _replayedBytes, bytes);
}
