using System.Net;
using OrleansInference.Api.Audit;
using OrleansInference.Grains.Access;
using OrleansInference.Models;
using OrleansInference.Settings;
using OrleansInference.Silo.Settings;
using OrleansInference.Tenancy.Audit;
using OrleansInference.Tenancy.Audit.Files;
using OrleansInference.Tenancy.Audit.Heads;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Silo.Hosting;

/// <summary>Audit log of a node: opens it, logs what an operator must know of it, and deletes its old files.</summary>
internal sealed partial class NodeAudit : IAsyncDisposable
{
    private static readonly TimeSpan PruneInterval = TimeSpan.FromHours(1);

    private readonly AuditLogOptions _options;
    private readonly AuditLog _log;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _pruning;

    private NodeAudit(AuditLogOptions options, AuditLog log, int? retentionDays, ILogger logger)
    {
        (_options, _log, _logger) = (options, log, logger);
        _pruning = retentionDays is { } days ? Task.Run(() => PruneAsync(TimeSpan.FromDays(days))) : Task.CompletedTask;
    }

    /// <summary>Opens the audit log of a node.</summary>
    /// <param name="options">Options of the node.</param>
    /// <param name="heads">Store of the signed heads.</param>
    /// <param name="key">Key of the cluster, from which the key of the signatures is derived if none is given.</param>
    /// <param name="name">Name of the node if it is not given and has no fixed port.</param>
    /// <param name="logger">Receives what an operator must know.</param>
    /// <returns>The log; null if it is switched off.</returns>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: the folder cannot be used, or another process writes the log of the node's name.</exception>
    public static NodeAudit? Open(NodeOptions options, IAuditHeadStore heads, ClusterKey key, string name, ILogger logger)
    {
        if (!options.Audit.Audit)
        {
            return null;
        }

        try
        {
            // The name stays the same when the node starts again, so that its chain continues.
            string node = options.Member.Node ?? (options.Http.Port == 0 ? name : $"{Dns.GetHostName()}-{options.Http.Port}");
            AuditLogOptions log = new(options.Audit.AuditFolder ?? Path.Combine(options.Database.Folder, DataFolder.Audit), node)
            {
                Heads = heads,
                Key = options.Audit.AuditKeyFile is { } file ? AuditKey.Read(file) : new AuditKey(key.Derive("audit heads"u8)),
                OnEvent = happened => Report(logger, happened),
            };
            return new NodeAudit(log, AuditLog.Open(log, TimeProvider.System), options.Audit.AuditRetention, logger);
        }
        catch (Exception error) when (error is AuditException or ArgumentException)
        {
            throw new InferenceException(ErrorCode.InvalidOption, error.Message, nameof(AuditOptions.AuditFolder), error);
        }
    }

    /// <summary>Creates what the server writes its lines with.</summary>
    public ServerAudit ForServer(AuditOptions options) => new(_log, options.Mask);

    /// <summary>Records the creation of the first administrator's key.</summary>
    public Task AddFirstKeyAsync() => _log.AppendAsync(new AuditEntry("createKey") { Tenant = Tenant.Default, Target = FirstKey.Id });

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _pruning.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _log.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task PruneAsync(TimeSpan retention)
    {
        while (true)
        {
            try
            {
                int files = AuditRetention.DeleteBefore(_options.Folder, _options.Node, DateTimeOffset.UtcNow - retention, _options.Key!, TimeProvider.System);
                if (files > 0)
                {
                    Pruned(_logger, files, retention.TotalDays);
                }
            }
            catch (AuditException failed)
            {
                Warned(_logger, failed.Message);
            }

            await Task.Delay(PruneInterval, _stopping.Token);
        }
    }

    private static void Report(ILogger logger, AuditEvent happened)
    {
        switch (happened.Kind)
        {
            case AuditEventKind.DiskRecovered or AuditEventKind.HeadStoreRecovered:
                Recovered(logger, happened.Message);
                break;
            case AuditEventKind.TornLineCut or AuditEventKind.HeadStoreFailed:
                Warned(logger, happened.Message);
                break;
            default:
                Failed(logger, happened.Message);
                break;
        }
    }

    [LoggerMessage(LogLevel.Information, "{Message}")]
    private static partial void Recovered(ILogger logger, string message);

    [LoggerMessage(LogLevel.Warning, "{Message}")]
    private static partial void Warned(ILogger logger, string message);

    [LoggerMessage(LogLevel.Error, "{Message}")]
    private static partial void Failed(ILogger logger, string message);

    [LoggerMessage(LogLevel.Information, "Files of the audit log were deleted because all their lines were older than {Days} days: {Files}.")]
    private static partial void Pruned(ILogger logger, int files, double days);
}
