using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Protocol;

/// <summary>Counters of a device in its life. One thread writes; reads are thread-safe.</summary>
public sealed class StageCounters
{
    private long _steps;
    private long _replays;
    private long _computing; // in ticks, as the next
    private long _waiting;
    private long _replaying;
    private long _copiedBytes;
    private long _replayedBytes;
    private long _corruptedPages;

    /// <summary>Computed steps, without replays.</summary>
    public long Steps => Interlocked.Read(ref _steps);

    /// <summary>Computed steps, and parts of contexts recomputed for recoveries.</summary>
    public long Computations => Steps + Interlocked.Read(ref _replays);

    /// <summary>Total time of the steps from the start of each until it was sent on.</summary>
    public TimeSpan Computing => new(Interlocked.Read(ref _computing));

    /// <summary>Total time of the steps from the arrival of each until its start.</summary>
    public TimeSpan Waiting => new(Interlocked.Read(ref _waiting));

    /// <summary>Total time in which pages were recomputed for recoveries.</summary>
    public TimeSpan Replaying => new(Interlocked.Read(ref _replaying));

    /// <summary>Bytes of pages that migrations copied from here, including resent ones.</summary>
    public long CopiedBytes => Interlocked.Read(ref _copiedBytes);

    /// <summary>Bytes of hidden states that recoveries read from here, including resent ones.</summary>
    public long ReplayedBytes => Interlocked.Read(ref _replayedBytes);

    /// <summary>Pages whose contents differed from their checksum or from recomputed contents. They are not given out any more.</summary>
    public long CorruptedPages => Interlocked.Read(ref _corruptedPages);

    public void FoundCorrupted(int pages) => Interlocked.Add(ref _corruptedPages, pages);

    public void Computed(TimeSpan computing, TimeSpan waiting)
    {
        Interlocked.Increment(ref _steps);
        Interlocked.Add(ref _computing, computing.Ticks);
        Interlocked.Add(ref _waiting, waiting.Ticks);
    }

    public void Recomputed(TimeSpan replaying)
    {
        Interlocked.Increment(ref _replays);
        Interlocked.Add(ref _replaying, replaying.Ticks);
    }

    public void Copied(long bytes) => Interlocked.Add(ref _copiedBytes, bytes);

    public void Replayed(long bytes) => Interlocked.Add(ref _replayedBytes, bytes);
}
