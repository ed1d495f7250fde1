using Microsoft.Extensions.Logging;
using Npgsql;
using OrleansInference.Api.Quotas;
using OrleansInference.Api.Storage;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Models;
using OrleansInference.Silo.Storage.Responses;
using OrleansInference.Silo.Storage.Sql;
using OrleansInference.Silo.Storage.Tenancy;
using OrleansInference.Tenancy.Audit.Heads;
using OrleansInference.Tenancy.Quotas;
using OrleansInference.Tenancy.Storage;

namespace OrleansInference.Silo.Storage;

/// <summary>Cluster store in PostgreSQL.</summary>
public sealed class PostgresClusterStore : IClusterStore, IAsyncDisposable
{
    private readonly PostgresDatabase _database;
    private readonly CounterTable _counters;
    private readonly PlanTable _plans;
    private readonly SessionTable _sessions;
    private readonly SessionWriter _writer;
    private readonly SessionPruner _pruner;
    private readonly LeaseSettler _leases;

    private PostgresClusterStore(PostgresDatabase database, PostgresOptions options, ILogger logger)
    {
        _database = database;
        _counters = new CounterTable(database, options.ClusterId);
        _plans = new PlanTable(database, options.ClusterId);
        _sessions = new SessionTable(database, options.ClusterId);
        _pruner = new SessionPruner(_sessions, options, logger);
        Members = new MembershipTable(database, options.ClusterId);
        Secret = new SecretTable(database, options.ClusterId);
        SqlDialect dialect = new(database.Source, $"PostgreSQL at {database.Address}", "inference.", NamesParameters: false);
        Tenancy = new SqlTenancyStore(dialect, options.ClusterId);
        Responses = new SqlResponseStore(dialect, options.ClusterId);
        Conversations = new SqlConversationStore(dialect, options.ClusterId);
        Usage = new SqlUsageStore(dialect, options.ClusterId, hasSessions: true);
        AuditHeads = new SqlAuditHeadStore(dialect, options.ClusterId);
        SqlQuotaStore quotas = new(dialect, options.ClusterId, TimeProvider.System);
        Quotas = quotas;
        _leases = new LeaseSettler(quotas, new OpenLeases(dialect, options.ClusterId).FindAsync, logger);
        _writer = new SessionWriter(database, _sessions, _leases, options, logger);
    }

    public MembershipTable Members { get; }

    public SecretTable Secret { get; }

    /// <summary>Tenants and keys.</summary>
    public ITenancyStore Tenancy { get; }

    /// <summary>Responses that the cluster keeps for its clients.</summary>
    public IResponseStore Responses { get; }

    /// <summary>Conversations that the cluster keeps for its clients.</summary>
    public IConversationStore Conversations { get; }

    /// <summary>Usage of all sessions.</summary>
    public IUsageStore Usage { get; }

    /// <summary>Limits of tenants and keys, and what is used of them.</summary>
    public IQuotaStore Quotas { get; }

    /// <summary>Signed heads of the audit logs.</summary>
    public IAuditHeadStore AuditHeads { get; }

    /// <summary>Sessions with a version that is not written yet.</summary>
    public int WaitingWrites => _writer.Waiting;

    /// <summary>Round trips that have written sessions.</summary>
    public long WrittenBatches => _writer.Batches;

    /// <summary>Waits for the database, upgrades its tables, and starts to write and prune.</summary>
    /// <exception cref="InferenceException">
    /// <see cref="ErrorCode.InvalidOption"/>: an option is out of range, or the database refuses the connection or has a later version. <see
    /// cref="ErrorCode.Unavailable"/>: the database does not answer, or is full.
    /// </exception>
    public static async Task<PostgresClusterStore> OpenAsync(PostgresOptions options, ILogger logger, CancellationToken cancellation = default)
    {
        options.Validate();
        PostgresDatabase database = new(options);
        try
        {
            await PostgresStart.RunAsync(database, options, token => Migrator.ApplyAsync(database, token), logger, cancellation);
            return new PostgresClusterStore(database, options, logger);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public bool IsDurable => true;

    public Task<int> NextNodesAsync(int count) => _counters.NextAsync("node", count);

    public Task<int> NextActivationAsync() => _counters.NextAsync("router", 1);

    public Task<int> ReserveAsync(int count) => _counters.NextAsync("session", count);

    public Task<PipelinePlan?> ReadPlanAsync(int pipeline) => _plans.ReadAsync(pipeline, TimeSpan.Zero);

    public Task<PipelinePlan> SavePlanAsync(PipelinePlan plan) => _plans.SaveAsync(plan, TimeSpan.Zero);

    public Task<PipelinePlan?> PreparePlanAsync(int router) =>
        IClusterStore.PreparePlanAsync(router, pipeline => _plans.ReadAsync(pipeline, _database.Timeout), plan => _plans.SaveAsync(plan, _database.Timeout));

    public Task<DeviceAllocation?> ReadAllocationAsync() => _plans.ReadAllocationAsync();

    public Task<DeviceAllocation> SaveAllocationAsync(DeviceAllocation allocation) => _plans.SaveAsync(allocation);

    public Task<SessionRecord?> ReadAsync(int session) => _sessions.ReadAsync(session);

    public Task<IReadOnlyList<int>> UnfinishedAsync() => _sessions.UnfinishedAsync();

    public async Task<(long Granted, InferenceException? Refusal)> ExtendAsync(Guid lease, long upTo) => QuotaErrors.Of(await Quotas.ExtendAsync(lease, upTo));

    public void Write(int session, SessionRecord record, Action written) => _writer.Write(session, record, written);

    /// <summary>Removes expired sessions now, in addition to the periodic removal.</summary>
    public Task<int> PruneAsync() => _pruner.PruneAsync();

    public async ValueTask DisposeAsync()
    {
        await _pruner.DisposeAsync();
        await _writer.DisposeAsync();
        await _leases.DisposeAsync();
        await _database.DisposeAsync();
    }
}
