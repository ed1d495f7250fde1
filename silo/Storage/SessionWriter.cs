using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Silo.Storage;

/// <summary>
/// Writes the sessions of a silo behind their streams: while a round trip is under way the next batch gathers, and while the database is away it gathers too,
/// one version of each session.
/// </summary>
internal sealed partial class SessionWriter : IAsyncDisposable
{
    private readonly PostgresDatabase _database;
    private readonly SessionTable _table;
    private readonly PostgresOptions _options;
    private readonly ILogger _logger;
    private readonly WaitingSessions _waiting = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private long _batches;

    public SessionWriter(PostgresDatabase database, SessionTable table, PostgresOptions options, ILogger logger)
    {
        _database = database;
        _table = table;
        _options = options;
        _logger = logger;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Sessions with a version that no round trip has taken yet.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Round trips that succeeded.</summary>
    public long Batches => Interlocked.Read(ref _batches);

    /// <summary>From any thread; returns at once.</summary>
    public void Write(int session, SessionRecord record, Action written)
    {
        _waiting.Add(session, record, written);
        _wake.Writer.TryWrite(true);
    }

    /// <summary>Writes what waits, as long as the patience lasts.</summary>
    public async ValueTask DisposeAsync()
    {
        _wake.Writer.TryComplete();
        _stop.CancelAfter(_options.Timeout);
        try
        {
            await _loop;
        }
        catch (OperationCanceledException)
        {
            GaveUp(_waiting.Count);
        }

        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        Backoff backoff = default;
        int most = int.MaxValue;
        bool failed = false;
        while (await _wake.Reader.WaitToReadAsync(_stop.Token) || _waiting.Count > 0)
        {
            _wake.Reader.TryRead(out _);
            while (_waiting.TryTake(out WaitingSession first))
            {
                SessionBatch batch = new();
                try
                {
                    Fill(batch, first, most);
                    await _table.WriteAsync(batch, _stop.Token);
                    backoff.Reset();
                    most = (int)Math.Min(most * 2L, int.MaxValue);
                    failed = false;
                }
                catch (Exception error)
                {
                    _waiting.Return(batch.Sessions);
                    _stop.Token.ThrowIfCancellationRequested();
                    bool away = _database.IsAway(error);
                    Failed(failed ? LogLevel.Debug : away ? LogLevel.Warning : LogLevel.Error, batch.Sessions.Count, away ? null : error, error.Message);
                    failed = true;

                    // Fewer at a time, so that a session that cannot be written is soon the only one that is not.
                    most = away ? int.MaxValue : 1;
                    await Task.Delay(backoff.Next(), _stop.Token);
                    continue;
                }

                Interlocked.Increment(ref _batches);
                Confirm(batch);
            }
        }
    }

    private void Fill(SessionBatch batch, WaitingSession first, int most)
    {
        batch.Add(first);
        while (batch.Sessions.Count < most && batch.Bytes < _options.MaxBatchBytes && _waiting.TryTake(out WaitingSession next))
        {
            batch.Add(next);
        }
    }

    private void Confirm(SessionBatch batch)
    {
        foreach (Action written in batch.Sessions.SelectMany(static session => session.Written))
        {
            try
            {
                written();
            }
            catch (Exception error)
            {
                // Whoever asked is gone; the others still wait for theirs.
                Unheard(error);
            }
        }
    }
}
