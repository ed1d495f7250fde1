using System.Collections.Immutable;
using Orleans.Runtime;

namespace OrleansInference.ClusterTests.Failures;

internal sealed class FakeMembership(ClusterMember[] members) : IClusterMembershipService
{
    private readonly TaskCompletionSource<SiloAddress> _killed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _refreshed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<SiloAddress> Killed => _killed.Task;

    /// <summary>Completes when the membership was asked to look into its table.</summary>
    public Task Refreshed => _refreshed.Task;

    public ClusterMembershipSnapshot CurrentSnapshot { get; } = new(members.ToImmutableDictionary(static member => member.SiloAddress), new MembershipVersion(1));

    public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => throw new NotSupportedException();

    public ValueTask Refresh(MembershipVersion minimumVersion = default, CancellationToken cancellationToken = default)
    {
        _refreshed.TrySetResult();
        return ValueTask.CompletedTask;
    }

    public Task<bool> TryKill(SiloAddress siloAddress)
    {
        _killed.TrySetResult(siloAddress);
        return Task.FromResult(true);
    }
}
