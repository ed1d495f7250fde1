using System.Collections.Concurrent;
using OrleansInference.Serving.Control;

namespace OrleansInference.Serving.Hosting;

/// <summary>A cluster of one process: what it keeps goes with it.</summary>
internal sealed class MemoryClusterStore : IClusterStore
{
    private readonly ConcurrentDictionary<int, StoredSession> _sessions = new();
    private readonly Lock _planning = new();
    private PipelinePlan? _plan;
    private int _nodes;
    private int _routers;
    private int _lastSession;

    public Task<int> NextNodesAsync(int count) => Task.FromResult(Interlocked.Add(ref _nodes, count) - count + 1);

    public Task<int> NextRouterAsync() => Task.FromResult(Interlocked.Increment(ref _routers));

    public Task<int> ReserveAsync(int count) => Task.FromResult(Interlocked.Add(ref _lastSession, count) - count + 1);

    public Task<PipelinePlan?> ReadPlanAsync()
    {
        lock (_planning)
        {
            return Task.FromResult(_plan);
        }
    }

    public Task<PipelinePlan> SavePlanAsync(PipelinePlan plan)
    {
        lock (_planning)
        {
            _plan = PlanStore.Save(_plan, plan);
            return Task.FromResult(_plan);
        }
    }

    public Task<SessionRecord?> ReadAsync(int session) => Task.FromResult(_sessions.GetValueOrDefault(session)?.Read());

    public Task<IReadOnlyList<int>> UnfinishedAsync() => Task.FromResult<IReadOnlyList<int>>([.. _sessions.Keys]);

    /// <summary>An ended session is forgotten: nobody can come back for it after this process.</summary>
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
