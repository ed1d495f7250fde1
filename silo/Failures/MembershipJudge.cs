using System.Net;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Silo.Failures;

/// <summary>
/// Decides whether another silo may be voted against or declared dead. It uses three inputs: the signs of life of all silos by its own clock, the availability of the database that
/// stores them, and the set of silos that this machine has reached. Thread-safe.
/// </summary>
/// <remarks>
/// A silo is dead by Orleans' votes. It is also dead without votes if its port refuses connections and either its sign of life has stopped or it was reached at an address of this
/// machine: in both cases its process has ended. Refusals seen by two silos count as two votes. A silo that is joining, or joined recently, may pause for longer. While the database
/// does not answer, and for a short time afterwards, no silo is judged, because no silo could write its sign.
/// </remarks>
internal sealed class MembershipJudge(TimeProvider time)
{
    /// <summary>Interval at which silos write their sign of life and read the others'.</summary>
    public static readonly TimeSpan SignInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>Time after which an unchanged sign of life counts as stopped.</summary>
    public static readonly TimeSpan StoppedAfter = TimeSpan.FromSeconds(3);

    /// <summary>Time limit for an answer of the database, after which it counts as unavailable.</summary>
    public static readonly TimeSpan DatabaseTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Validity of votes. A silo that still suspects another one votes again every second.</summary>
    public static readonly TimeSpan VoteValidity = TimeSpan.FromSeconds(15);

    /// <summary>Time for which a silo counts as young.</summary>
    internal static readonly TimeSpan Youth = TimeSpan.FromSeconds(30);

    /// <summary>Time without a sign of life after which votes against a young silo count.</summary>
    internal static readonly TimeSpan YoungPauseLimit = TimeSpan.FromSeconds(4);

    /// <summary>Time without judgements after the database was unavailable; longer than all silos need to write a sign.</summary>
    internal static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    /// <summary>Time without a sign of life after which a silo's vote is no longer required.</summary>
    internal static readonly TimeSpan AbsentAfter = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan RefusalValidity = TimeSpan.FromSeconds(3);

    private const int VotesForDeath = 2;

    private readonly Lock _lock = new();
    private readonly Dictionary<(IPEndPoint Endpoint, int Generation), Known> _known = [];
    private long? _observed; // time of the database's last answer
    private long? _availableSince; // time at which the database was last available again
    private bool _databaseUnavailable;

    /// <summary>Records the membership that the database returned in time.</summary>
    public void Observe(IReadOnlyList<MemberSign> members)
    {
        lock (_lock)
        {
            long now = time.GetTimestamp();
            // A process that was suspended has also missed signs.
            bool returned = _databaseUnavailable || (_observed is { } observed && time.GetElapsedTime(observed, now) > DatabaseTimeout);
            _availableSince = returned ? now : _availableSince;
            _observed = now;
            _databaseUnavailable = false;
            foreach (MemberSign member in members)
            {
                if (!_known.TryGetValue((member.Endpoint, member.Generation), out Known? known))
                {
                    _known.Add((member.Endpoint, member.Generation), known = new Known { SignChanged = now, Seen = member });
                }

                // Any different value is a sign, because clocks may be set back. No silo could write one while the database was unavailable.
                if (returned || known.Seen.Sign != member.Sign)
                {
                    known.SignChanged = now;
                }

                if (member.IsActive && !known.Seen.IsActive)
                {
                    known.BecameActive = now;
                }

                known.Seen = member;
            }

            if (_known.Count > members.Count)
            {
                HashSet<(IPEndPoint, int)> present = [.. members.Select(static member => (member.Endpoint, member.Generation))];
                foreach ((IPEndPoint, int) removed in _known.Keys.Where(key => !present.Contains(key)).ToArray())
                {
                    _known.Remove(removed);
                }
            }
        }
    }

    /// <summary>Records that the database failed or took too long.</summary>
    public void OnDatabaseUnavailable()
    {
        lock (_lock)
        {
            _databaseUnavailable = true;
        }
    }

    /// <summary>Records that a connection to a silo at an address of this machine was established.</summary>
    public void Reached(IPEndPoint endpoint, int generation)
    {
        lock (_lock)
        {
            if (_known.GetValueOrDefault((endpoint, generation)) is { } known)
            {
                known.Reached = true;
            }
        }
    }

    public bool WasReached(IPEndPoint endpoint, int generation)
    {
        lock (_lock)
        {
            return _known.GetValueOrDefault((endpoint, generation))?.Reached == true;
        }
    }

    /// <summary>Records that a silo's port has refused connections twice.</summary>
    public void Refused(IPEndPoint endpoint, int generation)
    {
        lock (_lock)
        {
            if (_known.GetValueOrDefault((endpoint, generation)) is { } known)
            {
                known.Refused = time.GetTimestamp();
            }
        }
    }

    /// <param name="endpoint">Endpoint of the judged silo.</param>
    /// <param name="generation">Generation of the judged silo.</param>
    /// <param name="votes">Number of silos that voted against it recently, including the judging one.</param>
    /// <param name="isDeath">Whether to declare it dead; otherwise to vote against it.</param>
    public Verdict Judge(IPEndPoint endpoint, int generation, int votes, bool isDeath)
    {
        lock (_lock)
        {
            long now = time.GetTimestamp();
            if (!_known.TryGetValue((endpoint, generation), out Known? known))
            {
                return Verdict.Dropped;
            }

            bool refuses = known.Refused is { } refused && time.GetElapsedTime(refused, now) < RefusalValidity;
            if (isDeath && refuses && known.Reached)
            {
                return Verdict.Dead;
            }

            TimeSpan silence = time.GetElapsedTime(known.SignChanged, now);
            if (!IsSettled(now) || (IsYoung(known, now) && !refuses && silence < YoungPauseLimit))
            {
                return Verdict.Dropped;
            }

            // A refusal alone is not sufficient evidence for one silo, because the network may be interrupted for a short time. A vote by probes follows seconds of silence.
            bool enough = refuses ? votes >= VotesForDeath || silence > StoppedAfter : votes >= VotesNeeded(now);
            return isDeath && enough ? Verdict.Dead : Verdict.Vote;
        }
    }

    private bool IsSettled(long now) =>
        !_databaseUnavailable && _observed is { } observed && time.GetElapsedTime(observed, now) < DatabaseTimeout && (_availableSince is not { } since || time.GetElapsedTime(since, now) > Settling);

    private static bool IsOlderThanYouth(MemberSign member) => member.Sign - member.Started >= Youth;

    private bool IsYoung(Known known, long now) =>
        !known.Seen.IsActive || !IsOlderThanYouth(known.Seen) || (known.BecameActive is { } active && time.GetElapsedTime(active, now) < Youth);

    /// <summary>Returns the number of votes that Orleans' rule requires, computed by this machine's clock; at least one.</summary>
    private int VotesNeeded(long now)
    {
        int present = _known.Values.Count(known => known.Seen.IsActive && time.GetElapsedTime(known.SignChanged, now) < AbsentAfter);
        return Math.Clamp((present + 1) / 2, 1, VotesForDeath);
    }

    private sealed class Known
    {
        public required MemberSign Seen { get; set; }

        public required long SignChanged { get; set; }

        public long? BecameActive { get; set; } // null if it was active when first seen

        public long? Refused { get; set; }

        public bool Reached { get; set; }
    }
}
