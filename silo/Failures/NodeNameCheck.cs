using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using OrleansInference.Models;
using OrleansInference.Silo.Settings;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Silo.Failures;

/// <summary>
/// Refuses a node whose name belongs to another node that is alive. A crashed predecessor may still be in the membership table. It does not count in three
/// cases: it had the same address and port, its port at an address of this machine refuses connections, or its sign of life has stopped and its port accepts no
/// connection.
/// </summary>
/// <param name="members">Membership in the database.</param>
/// <param name="name">Name of the node.</param>
/// <param name="self">Endpoint at which other nodes will reach the silo.</param>
/// <param name="logger">Receives a line when the start waits.</param>
internal sealed partial class NodeNameCheck(MembershipTable members, string name, IPEndPoint self, ILogger<NodeNameCheck> logger)
{
    // Another silo's vote may write back an earlier sign: only the second change was written by the silo itself.
    private const int SignsOfLife = 2;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    // Longer than the end of a refused node takes.
    private static readonly TimeSpan YieldTimeout = TimeSpan.FromMinutes(1);

    private readonly SignWatch _signs = new(Interval);
    private bool _warned;

    /// <summary>Waits until each node of the name is found to be alive or dead. Must be called before the silo joins.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: another node of the name is alive.</exception>
    public Task BeforeJoiningAsync() => CheckAsync(static _ => true);

    /// <summary>
    /// Repeats the check after the silo has joined: of two silos that started together, each can now read the other's row. The one that started first, according to the rows, waits
    /// until the other has ended. If the other does not end, the first one refuses its own start, because the other was a member before.
    /// </summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: another node of the name is alive.</exception>
    public Task AfterJoiningAsync()
    {
        long since = Stopwatch.GetTimestamp();
        return CheckAsync(others => others.Own is not { } own || IsBefore(others.Other, own) || Stopwatch.GetElapsedTime(since) > YieldTimeout);
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

                waits |= !await IsDeadAsync(other, seen);
            }

            if (!waits)
            {
                return;
            }

            await Task.Delay(Interval);
        }
    }

    private async Task<bool> IsDeadAsync(NamedSilo silo, ObservedSign seen)
    {
        if (OwnAddresses.Contains(silo.Endpoint.Address) && seen.Changes == 0 && await PortProbe.RefusesAsync(silo.Endpoint))
        {
            return true;
        }

        if (seen.Silence <= MembershipJudge.StoppedAfter)
        {
            return false;
        }

        bool dead = !await PortProbe.AcceptsAsync(silo.Endpoint);
        if (!dead && !_warned)
        {
            _warned = true;
            Waits(name, silo.Endpoint, silo.Host);
        }

        return dead;
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
