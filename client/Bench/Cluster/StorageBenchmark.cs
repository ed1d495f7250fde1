using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Session;
using OrleansInference.Engine.Requests;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Bench.Cluster;

/// <summary>Benchmark of sessions that grow as fast as PostgreSQL allows: each write adds a few tokens, as many as a stream generates between two writes.</summary>
internal static class StorageBenchmark
{
    private const int Sessions = 64;
    private const int PromptTokens = 2000;
    private const int Tokens = 4096;
    private const int TokensOfWrite = 8; // 40 tokens a second, five writes a second

    public static async Task<StorageFigures> RunAsync(int rounds, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(Path.GetTempPath(), $"orleans-inference-storage-{Guid.NewGuid():N}");
        try
        {
            await using LocalPostgres postgres = await LocalPostgres.StartAsync(folder);
            await using NpgsqlDataSource source = NpgsqlDataSource.Create(postgres.ConnectionString);
            PostgresOptions options = new() { ConnectionString = postgres.ConnectionString, ClusterId = "storage" };
            await using PostgresClusterStore store = await PostgresClusterStore.OpenAsync(options, NullLogger.Instance, cancellationToken);
            double[] rates = new double[rounds];
            double[] bytes = new double[rounds];
            for (int round = 0; round < rounds; round++)
            {
                int first = await store.ReserveAsync(Sessions);
                long before = await WrittenAsync(source, cancellationToken);
                long since = Stopwatch.GetTimestamp();
                await Task.WhenAll(Enumerable.Range(first, Sessions).Select(session => new GrowingSession(session, store).GrowAsync(cancellationToken)));
                rates[round] = Sessions * Tokens / Stopwatch.GetElapsedTime(since).TotalSeconds;
                bytes[round] = (double)(await WrittenAsync(source, cancellationToken) - before) / (Sessions * Tokens);
            }

            return new StorageFigures(Sessions, Tokens, rates, bytes);
        }
        finally
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static async Task<long> WrittenAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = source.CreateCommand("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Actor of a session, connected to the store alone.</summary>
    private sealed class GrowingSession : IControlPort
    {
        private readonly int _number;
        private readonly ISessionStore _store;
        private readonly SessionActor _actor;
        private TaskCompletionSource<long> _written = NewWrite();

        public GrowingSession(int number, ISessionStore store)
        {
            _number = number;
            _store = store;
            _actor = new SessionActor(number, null, this, Write, new PipelineChooser(), new SessionOptions { WriteInterval = TimeSpan.Zero });
        }

        public async Task GrowAsync(CancellationToken cancellationToken)
        {
            Random random = new(_number);
            GenerationRequest request = new()
            {
                RequestId = "storage",
                Prompt = Enumerable.Range(0, PromptTokens).Select(_ => random.Next(150_000)).ToArray(),
                MaxTokens = Tokens,
            };
            _actor.Receive(new AttachStream(0, 0, _number, request, [0]), TimeSpan.Zero);
            await DurableAsync(cancellationToken);
            for (int count = 0; count < Tokens; count += TokensOfWrite)
            {
                int[] tokens = [.. Enumerable.Range(0, TokensOfWrite).Select(_ => random.Next(150_000))];
                _actor.Receive(new CommitTokens(_number, 0, count, tokens, count + TokensOfWrite == Tokens ? FinishReason.Length : FinishReason.None), TimeSpan.Zero);
                _actor.Tick(TimeSpan.Zero);
                await DurableAsync(cancellationToken);
            }
        }

        public void Send(Address to, ControlMessage message)
        {
        }

        private void Write(int session, long version, SessionRecord record)
        {
            TaskCompletionSource<long> written = _written;
            _store.Write(session, record, () => written.SetResult(version));
        }

        private async Task DurableAsync(CancellationToken cancellationToken)
        {
            long version = await _written.Task.WaitAsync(cancellationToken);
            _written = NewWrite();
            _actor.Written(version, TimeSpan.Zero);
        }

        private static TaskCompletionSource<long> NewWrite() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
