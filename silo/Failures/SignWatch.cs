using System.Diagnostics;
using System.Net;

namespace OrleansInference.Silo.Failures;

/// <summary>Observes the signs of life of silos in the membership table while a silo starts, by this machine's clock. Not for two threads at once.</summary>
/// <param name="every">How often the table is read.</param>
internal sealed class SignWatch(TimeSpan every)
{
    private readonly Dictionary<(IPEndPoint Endpoint, int Generation), ObservedSign> _signs = [];
    private long? _answered; // when the database did last

    /// <summary>The next reads begin: the time since the last one says nothing.</summary>
    public void Begin() => _answered = null;

    /// <summary>The database has answered a read. Where that took long, it or this machine stood still and nobody could write a sign: what was observed before does not count.</summary>
    public void Answered()
    {
        if (_answered is { } last && Stopwatch.GetElapsedTime(last) > every + MembershipJudge.DatabasePatience)
        {
            Clear();
        }

        _answered = Stopwatch.GetTimestamp();
    }

    public void Clear() => _signs.Clear();

    /// <summary>Takes note of the sign that was read of a silo.</summary>
    public ObservedSign Observe(IPEndPoint endpoint, int generation, DateTime sign)
    {
        long now = Stopwatch.GetTimestamp();
        ObservedSign seen = _signs.TryGetValue((endpoint, generation), out ObservedSign last)
            ? last.Sign == sign ? last : last with { Sign = sign, Since = now, Changes = last.Changes + 1 }
            : new ObservedSign(sign, now, now, 0);
        return _signs[(endpoint, generation)] = seen;
    }
}
