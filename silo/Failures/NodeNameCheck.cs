using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using OrleansInference.Models;
using OrleansInference.Silo.Settings;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Silo.Failures;

/// <summary>
/// Refuses a node whose name another one has that is alive. A predecessor that has crashed may still be in the membership table: it does not count when it was at the same address and port, when its port at an
/// address of this machine refuses connections, or when its sign of life has stopped and its port takes no connection.
/// </summary>
/// <param name="members">What the database says.</param>
/// <param name="name">Of the node.</param>
/// <param name="self">Where others will reach its silo.</param>
/// <param name="logger">Is told when the start waits.</param>
internal sealed partial class NodeNameCheck(MembershipTable members, string name, IPEndPoint self, ILogger<NodeNameCheck> logger)
{
    // A vote of another silo may write back the sign that it has read before: only the second that comes was written by the silo.
    private const int SignsOfLife = 2;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    // Longer than a node needs to end that is refused itself.
    private static readonly TimeSpan YieldWithin = TimeSpan.FromMinutes(1);

    private readonly SignWatch _signs = new(Interval);
    private bool _warned;

    /// <summary>Waits until it is known of each node of the name whether it is alive. To be asked before the silo joins.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: one is.</exception>
    public Task BeforeJoiningAsync() => CheckAsync(static _ => true);

    /// <summary>
    /// The same once the silo has joined: of two that started together each sees the other one's row now. The one that started first, by what the rows say, waits for the other one to give way, and gives way
    /// itself if that does not, because it was there before.
    /// </summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: another node of the name is alive.</exception>
    public Task AfterJoiningAsync()
    {
        long since = Stopwatch.GetTimestamp();
        return CheckAsync(others => others.Own is not { } own || IsBefore(others.Other, own) || Stopwatch.GetElapsedTime(since) > YieldWithin);
    }

    private async Task CheckAsync(Func<(NamedSilo Other, NamedSilo? Own), bool> refuses)
    {
        _signs.Begin();
        while (true)
        {
            IReadOnlyList<NamedSilo> silos = await members.NamedAsync(name);
            _signs.Answered();
            NamedSilo? own = silos.Where(silo => silo.Endpoint.Equals(self)).MaxBy(static silo => silo.Generation);
            bool waits = false;
            foreach (NamedSilo other in silos.Where(silo => !silo.Endpoint.Equals(self)))
            {
                ObservedSign seen = _signs.Observe(other.Endpoint, other.Generation, other.Sign);
                if (seen.Changes >= SignsOfLife && refuses((other, own)))
                {
                    ThrowTaken(other);
                }

                waits |= !await IsGoneAsync(other, seen);
            }

            if (!waits)
            {
                return;
            }

            await Task.Delay(Interval);
        }
    }

    private async Task<bool> IsGoneAsync(NamedSilo silo, ObservedSign seen)
    {
        if (OwnAddresses.Contains(silo.Endpoint.Address) && seen.Changes == 0 && await PortProbe.RefusesAsync(silo.Endpoint))
        {
            return true;
        }

        if (seen.Silence <= MembershipJudge.StoppedAfter)
        {
            return false;
        }

        bool gone = !await PortProbe.AcceptsAsync(silo.Endpoint);
        if (!gone && !_warned)
        {
            _warned = true;
            Waits(name, silo.Endpoint, silo.Host);
        }

        return gone;
    }

    private static bool IsBefore(NamedSilo silo, NamedSilo other) =>
        (silo.Started, silo.Endpoint.ToString()).CompareTo((other.Started, other.Endpoint.ToString())) < 0;

    [DoesNotReturn]
    private void ThrowTaken(NamedSilo other) => throw new InferenceException(
        ErrorCode.InvalidOption,
        $"Node is {name}, the name of the running node at {other.Endpoint} on {other.Host}; expected a name that is unique in the cluster (--node NAME).",
        nameof(MemberOptions.Node));

    [LoggerMessage(LogLevel.Warning, "The name {Name} belongs to the node at {Endpoint} on {Host}, which gives no sign of life but accepts connections; this node joins when that node is declared dead.")]
    private partial void Waits(string name, IPEndPoint endpoint, string host);
}
