using OrleansInference.Api.Quotas;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Models;
using OrleansInference.Silo.Storage.Tenancy;
using OrleansInference.Tenancy.Storage;

namespace OrleansInference.Silo.Storage;

/// <summary>
/// Counts the usage of the sessions that a node without PostgreSQL keeps in its memory, and writes it to its file every second. What the last second added is lost with the process, as are the sessions themselves.
/// </summary>
internal sealed partial class CountingClusterStore : IClusterStore, IUsageStore, IAsyncDisposable
{
    private const int MaxEnded = 1 << 16; // sessions that may still report that their answer used fewer tokens

    private const int MaxLost = 1000; // leases to end at a time

    private static readonly TimeSpan LostAfter = TimeSpan.FromHours(1); // of the last extension
    private static readonly TimeSpan FlushInterval = TimeSpan.FromSeconds(1);

    private readonly MemoryClusterStore _inner = new();
    private readonly SqlUsageStore _usage;
    private readonly SqlQuotaStore _quotas;
    private readonly LeaseSettler _leases;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly Dictionary<int, SessionUsage> _counted = []; // what is counted of each session; under the lock
    private readonly Queue<int> _ended = new(); // in the order of their ends
    private readonly HashSet<int> _isEnded = [];
    private readonly SemaphoreSlim _flushing = new(1);
    private readonly PeriodicTimer _timer = new(FlushInterval);
    private readonly Task _loop;
    private Dictionary<(DateOnly Day, string Tenant, string Key, string Model), UsageRecord> _waiting = []; // counted, not written; under the lock

    /// <param name="usage">Receives the usage.</param>
    /// <param name="quotas">Limits of tenants and keys.</param>
    /// <param name="logger">Receives a line when the file cannot be written.</param>
    public CountingClusterStore(SqlUsageStore usage, SqlQuotaStore quotas, ILogger logger)
    {
        _quotas = quotas;
        _leases = new LeaseSettler(quotas, FindAsync, logger);
        _usage = usage;
        _logger = logger;
        _loop = Task.Run(RunAsync);
    }

    public async Task<IReadOnlyList<UsageRecord>> ReadAsync(UsageQuery query, CancellationToken cancellation = default)
    {
        await FlushAsync(cancellation);
        return await _usage.ReadAsync(query, cancellation);
    }

    public void Write(int session, SessionRecord record, Action written)
    {
        Count(session, record);
        _inner.Write(session, record, written);
    }

    public async Task<(long Granted, InferenceException? Refusal)> ExtendAsync(Guid lease, long upTo) => QuotaErrors.Of(await _quotas.ExtendAsync(lease, upTo, CancellationToken.None));

    public Task<SessionRecord?> ReadAsync(int session) => _inner.ReadAsync(session);

    public Task<int> ReserveAsync(int count) => _inner.ReserveAsync(count);

    public Task<int> NextNodesAsync(int count) => _inner.NextNodesAsync(count);

    public Task<int> NextActivationAsync() => _inner.NextActivationAsync();

    public Task<PipelinePlan?> ReadPlanAsync(int pipeline) => _inner.ReadPlanAsync(pipeline);

    public Task<PipelinePlan> SavePlanAsync(PipelinePlan plan) => _inner.SavePlanAsync(plan);

    public Task<DeviceAllocation?> ReadAllocationAsync() => _inner.ReadAllocationAsync();

    public Task<DeviceAllocation> SaveAllocationAsync(DeviceAllocation allocation) => _inner.SaveAllocationAsync(allocation);

    public Task<IReadOnlyList<int>> UnfinishedAsync() => _inner.UnfinishedAsync();

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _loop;
        await _leases.DisposeAsync();
        try
        {
            await FlushAsync(CancellationToken.None);
        }
        catch (TenancyStoreException away)
        {
            Lost(away.Message);
        }

        _flushing.Dispose();
    }

    /// <summary>Finds leases of requests that an earlier process took with it. Nobody knows what they used, so that it counts as all of the lease.</summary>
    private async Task<IReadOnlyList<(Guid Lease, long Used)>> FindAsync(CancellationToken cancellation)
    {
        List<(Guid, long)> found = [];
        foreach (Guid lease in await _quotas.OpenAsync(DateTimeOffset.UtcNow - LostAfter, MaxLost, cancellation))
        {
            found.Add((lease, (await _quotas.ExtendAsync(lease, 0, cancellation)).Granted));
        }

        return found;
    }

    private void Count(int session, SessionRecord record)
    {
        SessionUsage usage = SessionUsage.Of(record);
        if (usage is not { Tenant: { } tenant, Key: { } key, Model: { } model })
        {
            return;
        }

        if (record.Ended && usage.Lease is { } lease)
        {
            _leases.Post(lease, usage.Tokens);
        }

        lock (_lock)
        {
            SessionUsage? before = _counted.GetValueOrDefault(session);
            if (record.Ended && _isEnded.Add(session))
            {
                _ended.Enqueue(session);
            }

            if (before == usage)
            {
                return;
            }

            _counted[session] = usage;
            while (_ended.Count > MaxEnded)
            {
                int oldest = _ended.Dequeue();
                _isEnded.Remove(oldest);
                _counted.Remove(oldest);
            }

            Wait(
                new UsageRecord(DateOnly.FromDateTime(DateTime.UtcNow), tenant, key, model, 0, 0, 0).Plus(
                    usage.Requests - (before?.Requests ?? 0), usage.PromptTokens - (before?.PromptTokens ?? 0), usage.CompletionTokens - (before?.CompletionTokens ?? 0)));
        }
    }

    /// <summary>Adds usage to what waits to be written. Requires the lock.</summary>
    private void Wait(UsageRecord record)
    {
        (DateOnly, string, string, string) place = (record.Day, record.Tenant, record.Key, record.Model);
        _waiting[place] = _waiting.TryGetValue(place, out UsageRecord? waiting) ? waiting.Plus(record.Requests, record.PromptTokens, record.CompletionTokens) : record;
    }

    private async Task RunAsync()
    {
        bool failed = false;
        while (await _timer.WaitForNextTickAsync())
        {
            try
            {
                await FlushAsync(CancellationToken.None);
                failed = false;
            }
            catch (TenancyStoreException away)
            {
                if (!failed)
                {
                    NotWritten(away.Message);
                }

                failed = true;
            }
        }
    }

    private async Task FlushAsync(CancellationToken cancellation)
    {
        await _flushing.WaitAsync(cancellation);
        Dictionary<(DateOnly, string, string, string), UsageRecord> writing = [];
        try
        {
            lock (_lock)
            {
                (writing, _waiting) = (_waiting, writing);
            }

            if (writing.Count > 0)
            {
                await _usage.AddAsync(writing.Values, CancellationToken.None);
            }
        }
        catch (TenancyStoreException)
        {
            lock (_lock)
            {
                foreach (UsageRecord record in writing.Values)
                {
                    Wait(record);
                }
            }

            throw;
        }
        finally
        {
            _flushing.Release();
        }
    }

    [LoggerMessage(LogLevel.Warning, "Usage waits in memory: {Reason}")]
    private partial void NotWritten(string reason);

    [LoggerMessage(LogLevel.Error, "Usage of the last seconds is lost: {Reason}")]
    private partial void Lost(string reason);
}
