namespace OrleansInference.Bench.Cluster;

/// <summary>How long it takes until nodes know of another one that joined: from the directory's reply to that node, to the view of each other node that has it.</summary>
internal sealed class JoinDelays
{
    private readonly Lock _lock = new();
    private readonly HashSet<SimulatedAnnouncer> _knowing = [];
    private List<double> _milliseconds = [];
    private SimulatedAnnouncer? _joined;
    private long _version; // with the node that joined; 0: the directory has not replied to it yet
    private long _replied; // when

    /// <summary>A node joins; the one before is not followed any more.</summary>
    public void Begin(SimulatedAnnouncer joined)
    {
        lock (_lock)
        {
            (_joined, _version) = (joined, 0);
            _knowing.Clear();
        }
    }

    /// <summary>A node has a view of this version.</summary>
    public void OnView(SimulatedAnnouncer node, long version)
    {
        lock (_lock)
        {
            if (_version == 0 && node == _joined)
            {
                (_version, _replied) = (version, Stopwatch.GetTimestamp());
            }
            else if (_version > 0 && version >= _version && node != _joined && _knowing.Add(node))
            {
                _milliseconds.Add(Stopwatch.GetElapsedTime(_replied).TotalMilliseconds);
            }
        }
    }

    /// <summary>Those since the last call, in milliseconds, ascending.</summary>
    public double[] Take()
    {
        lock (_lock)
        {
            double[] all = [.. _milliseconds.Order()];
            _milliseconds = [];
            return all;
        }
    }
}
