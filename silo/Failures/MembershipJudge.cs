using System.Net;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Silo.Failures;

/// <summary>
/// Decides whether another silo may be voted against or declared dead. It knows the signs of life of all silos, measured by its own clock; whether the database, which carries them, answers; and which
/// silos this machine has reached. For any thread.
/// </summary>
/// <remarks>
/// A silo is dead by Orleans' votes, or without them when its port refuses connections and either its sign of life has stopped, or it was reached at an address of this machine: then its process is gone.
/// Two refusals of different silos are two votes.
/// A silo that joins, or has just joined, may stand still for longer. While the database does not answer nobody is judged, and for a moment afterwards: until then no silo could write its sign.
/// </remarks>
internal sealed class MembershipJudge(TimeProvider time)
{
    /// <summary>How often silos write signs of life, and read those of others.</summary>
    public static readonly TimeSpan SignInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>A sign of life that has not changed for so long has stopped.</summary>
    public static readonly TimeSpan StoppedAfter = TimeSpan.FromSeconds(3);

    /// <summary>A database that takes longer than this to answer is away.</summary>
    public static readonly TimeSpan DatabasePatience = TimeSpan.FromSeconds(2);

    /// <summary>How long votes count. Who has reason to votes again every second.</summary>
    public static readonly TimeSpan VotesCountFor = TimeSpan.FromSeconds(15);

    /// <summary>How long a silo counts as young.</summary>
    internal static readonly TimeSpan Youth = TimeSpan.FromSeconds(30);

    /// <summary>How long a young silo may give no sign before votes count.</summary>
    internal static readonly TimeSpan YoungMayPause = TimeSpan.FromSeconds(4);

    /// <summary>After the database was away; longer than all silos need to write a sign.</summary>
    internal static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    /// <summary>Of silos that give no sign for so long no vote is waited for.</summary>
    internal static readonly TimeSpan AbsentAfter = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan RefusalCountsFor = TimeSpan.FromSeconds(3);

    private const int VotesForDeath = 2;

    private readonly Lock _lock = new();
    private readonly Dictionary<(IPEndPoint Endpoint, int Generation), Known> _known = [];
    private long? _observed; // when the database last answered
    private long? _trouble; // when it last came back
    private bool _away;

    /// <summary>The database answered in time, with this.</summary>
    public void Observe(IReadOnlyList<MemberSign> members)
    {
        lock (_lock)
        {
            long now = time.GetTimestamp();
            // A process that stood still has missed signs, too.
            bool returned = _away || (_observed is { } observed && time.GetElapsedTime(observed, now) > DatabasePatience);
            _trouble = returned ? now : _trouble;
            _observed = now;
            _away = false;
            foreach (MemberSign member in members)
            {
                if (!_known.TryGetValue((member.Endpoint, member.Generation), out Known? known))
                {
                    _known.Add((member.Endpoint, member.Generation), known = new Known { SignChanged = now, Seen = member });
                }

                // Any other value is a sign: clocks may be set back. Nobody could write one while the database was away.
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
                foreach ((IPEndPoint, int) gone in _known.Keys.Where(key => !present.Contains(key)).ToArray())
                {
                    _known.Remove(gone);
                }
            }
        }
    }

    /// <summary>The database failed, or took too long.</summary>
    public void DatabaseIsAway()
    {
        lock (_lock)
        {
            _away = true;
        }
    }

    /// <summary>A connection to a silo at an address of this machine was made.</summary>
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

    /// <summary>A silo's port has refused connections twice.</summary>
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

    /// <param name="endpoint">Of the silo that is judged.</param>
    /// <param name="generation">Its generation.</param>
    /// <param name="votes">Silos that have voted against it lately, the one that judges included.</param>
    /// <param name="isDeath">Whether it is to be declared dead; otherwise it is a vote.</param>
    public Verdict Judge(IPEndPoint endpoint, int generation, int votes, bool isDeath)
    {
        lock (_lock)
        {
            long now = time.GetTimestamp();
            if (!_known.TryGetValue((endpoint, generation), out Known? known))
            {
                return Verdict.Dropped;
            }

            bool refuses = known.Refused is { } refused && time.GetElapsedTime(refused, now) < RefusalCountsFor;
            if (isDeath && refuses && known.Reached)
            {
                return Verdict.Dead;
            }

            TimeSpan silence = time.GetElapsedTime(known.SignChanged, now);
            if (!IsSettled(now) || (IsYoung(known, now) && !refuses && silence < YoungMayPause))
            {
                return Verdict.Dropped;
            }

            // That a port refuses here is for one silo alone no proof: the network may be cut for a moment. A vote by probes comes after seconds of silence.
            bool enough = refuses ? votes >= VotesForDeath || silence > StoppedAfter : votes >= VotesNeeded(now);
            return isDeath && enough ? Verdict.Dead : Verdict.Vote;
        }
    }

    private bool IsSettled(long now) =>
        !_away && _observed is { } observed && time.GetElapsedTime(observed, now) < DatabasePatience && (_trouble is not { } trouble || time.GetElapsedTime(trouble, now) > Settling);

    private static bool IsOlderThanYouth(MemberSign member) => member.Sign - member.Started >= Youth;

    private bool IsYoung(Known known, long now) =>
        !known.Seen.IsActive || !IsOlderThanYouth(known.Seen) || (known.BecameActive is { } active && time.GetElapsedTime(active, now) < Youth);

    /// <summary>As Orleans has it, but by this machine's clock, and one at least.</summary>
    private int VotesNeeded(long now)
    {
        int present = _known.Values.Count(known => known.Seen.IsActive && time.GetElapsedTime(known.SignChanged, now) < AbsentAfter);
        return Math.Clamp((present + 1) / 2, 1, VotesForDeath);
    }

    private sealed class Known
    {
        public required MemberSign Seen { get; set; }

        public required long SignChanged { get; set; }

        public long? BecameActive { get; set; } // where it was seen to

        public long? Refused { get; set; }

        public bool Reached { get; set; }
    }
}
