using Microsoft.Extensions.Logging;
using Npgsql;
using OrleansInference.Grains.Nodes;
using OrleansInference.Models;

namespace OrleansInference.Silo.Storage;

/// <summary>Removes ended sessions after their retention time. Every silo does so independently.</summary>
internal sealed partial class SessionPruner : IAsyncDisposable
{
    private readonly SessionTable _table;
    private readonly PostgresOptions _options;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public SessionPruner(SessionTable table, PostgresOptions options, ILogger logger)
    {
        _table = table;
        _options = options;
        _logger = logger;
        _loop = Task.Run(() => RetriedWork.RunAsync("The removal of ended sessions", logger, RoundAsync, _stop.Token));
    }

    /// <returns>Number of removed sessions.</returns>
    public async Task<int> PruneAsync()
    {
        int removed = 0;
        int batch;
        do
        {
            batch = await _table.PruneAsync(_options.Retention, _options.PruneBatch);
            removed += batch;
        }
        while (batch == _options.PruneBatch);
        return removed;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RoundAsync(CancellationToken stopping)
    {
        await Task.Delay(_options.PruneInterval, stopping);
        try
        {
            Pruned(await PruneAsync());
        }
        catch (Exception error) when (error is InferenceException or NpgsqlException)
        {
            Failed(error.Message);
        }
    }

    [LoggerMessage(LogLevel.Debug, "{Sessions} ended sessions were removed")]
    private partial void Pruned(int sessions);

    [LoggerMessage(LogLevel.Warning, "Ended sessions could not be removed: {Reason}")]
    private partial void Failed(string reason);
}
