using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Silo.Storage.Tenancy;

namespace OrleansInference.Silo.Storage;

/// <summary>
/// Writes the sessions of a silo asynchronously to their streams. The next batch gathers during a round trip, and while the database is away; it has one
/// version of each session.
/// </summary>
internal sealed partial class SessionWriter : IAsyncDisposable
{
    private readonly PostgresDatabase _database;
    private readonly SessionTable _table;
    private readonly PostgresOptions _options;
    private readonly ILogger _logger;
    private readonly LeaseSettler _leases;
    private readonly WaitingSessions _waiting = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private long _batches;

    public SessionWriter(PostgresDatabase database, SessionTable table, LeaseSettler leases, PostgresOptions options, ILogger logger)
    {
        _leases = leases;
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

    /// <summary>Queues a session. Returns immediately. Thread-safe.</summary>
    public void Write(int session, SessionRecord record, Action written)
    {
        _waiting.Add(session, record, written);
        _wake.Writer.TryWrite(true);
    }

    /// <summary>Writes the queued sessions within the time limit.</summary>
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

                    // Smaller batches isolate a session that cannot be written.
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
        foreach (EncodedSession session in batch.Encoded)
        {
            if (session.Ended && session.Usage.Lease is { } lease)
            {
                _leases.Post(lease, session.Usage.Tokens);
            }
        }

        foreach (Action written in batch.Sessions.SelectMany(static session => session.Written))
        {
            try
            {
                written();
            }
            catch (Exception error)
            {
                // The waiting party is gone; the others still wait for their sessions.
                CallbackFailed(error);
            }
        }
    }
}
