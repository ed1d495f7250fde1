using System.Diagnostics;
using System.Net;

namespace OrleansInference.Silo.Failures;

/// <summary>Observes the signs of life of silos in the membership table while a silo starts, by this machine's clock. Not thread-safe.</summary>
/// <param name="interval">Interval at which the table is read.</param>
internal sealed class SignWatch(TimeSpan interval)
{
    private readonly Dictionary<(IPEndPoint Endpoint, int Generation), ObservedSign> _signs = [];
    private long? _answered; // time of the database's last answer

    /// <summary>Starts a series of reads: the time since the last series is not considered.</summary>
    public void Begin() => _answered = null;

    /// <summary>
    /// Records that the database has answered a read. If the answer took long, the database or this machine was suspended, and no silo could write a sign. Earlier observations are then
    /// discarded.
    /// </summary>
    public void Answered()
    {
        if (_answered is { } last && Stopwatch.GetElapsedTime(last) > interval + MembershipJudge.DatabaseTimeout)
        {
            Clear();
        }

        _answered = Stopwatch.GetTimestamp();
    }

    public void Clear() => _signs.Clear();

    /// <summary>Records the sign that was read for a silo.</summary>
    public ObservedSign Observe(IPEndPoint endpoint, int generation, DateTime sign)
    {
        long now = Stopwatch.GetTimestamp();
        ObservedSign seen = _signs.TryGetValue((endpoint, generation), out ObservedSign last)
            ? last.Sign == sign ? last : last with { Sign = sign, Since = now, Changes = last.Changes + 1 }
            : new ObservedSign(sign, now, now, 0);
        return _signs[(endpoint, generation)] = seen;
    }
}
