using System.Collections.Concurrent;
using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Store of a cluster in one process: its content ends with the process.</summary>
public sealed class MemoryClusterStore : IClusterStore
{
    private readonly ConcurrentDictionary<int, StoredSession> _sessions = new();
    private readonly Lock _planning = new();
    private readonly Dictionary<int, PipelinePlan> _plans = [];
    private DeviceAllocation? _allocation;
    private int _nodes;
    private int _activations;
    private int _lastSession;

    public Task<int> NextNodesAsync(int count) => Task.FromResult(Interlocked.Add(ref _nodes, count) - count + 1);

    public Task<int> NextActivationAsync() => Task.FromResult(Interlocked.Increment(ref _activations));

    public Task<int> ReserveAsync(int count) => Task.FromResult(Interlocked.Add(ref _lastSession, count) - count + 1);

    public Task<PipelinePlan?> ReadPlanAsync(int pipeline)
    {
        lock (_planning)
        {
            return Task.FromResult(_plans.GetValueOrDefault(pipeline));
        }
    }

    public Task<PipelinePlan> SavePlanAsync(PipelinePlan plan)
    {
        lock (_planning)
        {
            return Task.FromResult(_plans[plan.Pipeline] = PlanStore.Save(_plans.GetValueOrDefault(plan.Pipeline), plan));
        }
    }

    public Task<DeviceAllocation?> ReadAllocationAsync()
    {
        lock (_planning)
        {
            return Task.FromResult(_allocation);
        }
    }

    public Task<DeviceAllocation> SaveAllocationAsync(DeviceAllocation allocation)
    {
        lock (_planning)
        {
            return Task.FromResult(_allocation = PlanStore.Save(_allocation, allocation));
        }
    }

    public Task<SessionRecord?> ReadAsync(int session) => Task.FromResult(_sessions.GetValueOrDefault(session)?.Read());

    public Task<IReadOnlyList<int>> UnfinishedAsync() => Task.FromResult<IReadOnlyList<int>>([.. _sessions.Keys]);

    /// <summary>Stores a version; an ended session is removed, because no client can resume it after this process.</summary>
    public void Write(int session, SessionRecord record, Action written)
    {
        if (record.Ended)
        {
            _sessions.TryRemove(session, out _);
        }
        else
        {
            _sessions.GetOrAdd(session, static (_, first) => new StoredSession(first), record).Write(record);
        }

        written();
    }
}
