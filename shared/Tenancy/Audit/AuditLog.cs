using System.Threading.Channels;
using OrleansInference.Tenancy.Audit.Files;
using OrleansInference.Tenancy.Audit.Lines;

namespace OrleansInference.Tenancy.Audit;

/// <summary>
/// The audit log of a node: lines in files, each with the hash of the line before it. Lines that arrive together are written together. A line is acknowledged when the operating system has it, so that it survives the end
/// of the process. The disk has it at most <see cref="AuditLogOptions.FlushInterval"/> later, and then a signed head proves it.
/// </summary>
public sealed class AuditLog : IAsyncDisposable
{
    private const int MaxBatchLines = 1024;
    private const int MaxBatchBytes = 1 << 20;

    private readonly AuditLogOptions _options;
    private readonly TimeProvider _time;
    private readonly AuditWriter _writer;
    private readonly AuditFlusher _flusher;
    private readonly Lock _gate = new(); // of the writer
    private readonly Channel<PendingLine> _waiting;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _writing;
    private readonly Task _flushing;
    private bool _diskFailed;

    private AuditLog(AuditLogOptions options, TimeProvider time, AuditWriter writer)
    {
        (_options, _time, _writer) = (options, time, writer);
        _flusher = new AuditFlusher(options, writer, _gate, time);
        _waiting = Channel.CreateBounded<PendingLine>(new BoundedChannelOptions(options.MaxWaitingLines) { SingleReader = true });
        _writing = Task.Run(WriteAsync);
        _flushing = options.FlushInterval == Timeout.InfiniteTimeSpan ? Task.CompletedTask : Task.Run(() => _flusher.RunAsync(_closing.Token));
    }

    /// <summary>Sequence of the last line that was written; 0 before the first one.</summary>
    public long LastSequence
    {
        get
        {
            lock (_gate)
            {
                return _writer.Last.Sequence;
            }
        }
    }

    /// <summary>Opens the log of a node, cuts off a torn line at its end, and continues its chain.</summary>
    /// <exception cref="ArgumentException">An option is invalid.</exception>
    /// <exception cref="AuditException">Another process writes the files of the node, or the folder or a file cannot be used.</exception>
    public static AuditLog Open(AuditLogOptions options, TimeProvider time) => Open(options, time, new AuditDisk());

    internal static AuditLog Open(AuditLogOptions options, TimeProvider time, IAuditDisk disk)
    {
        if (!AuditFileName.IsNode(options.Node))
        {
            throw new ArgumentException($"The node's name is '{options.Node}'; expected 1 to 64 ASCII letters, digits, '-', '_' and '.'.", nameof(options));
        }

        if (options.Heads is not null && options.Key is null)
        {
            throw new ArgumentException("Heads need a key that signs them.", nameof(options));
        }

        return new AuditLog(options, time, AuditWriter.Open(options, disk));
    }

    /// <summary>Writes a line. It is part of the chain, and survives the end of this process, when the task has completed.</summary>
    /// <param name="entry">The request or act.</param>
    /// <param name="cancellation">Cancels the wait for a place in the queue. A line in the queue is written.</param>
    /// <returns>Sequence of the line.</returns>
    /// <exception cref="AuditException">The line was not written: the disk is full, or the file is gone. Later lines are written as soon as the disk accepts them.</exception>
    /// <exception cref="ObjectDisposedException">The log is closed.</exception>
    public async Task<long> AppendAsync(AuditEntry entry, CancellationToken cancellation = default)
    {
        PendingLine line = new(AuditLine.WriteFields(entry, _options.Node, _time.GetUtcNow()));
        try
        {
            await _waiting.Writer.WriteAsync(line, cancellation);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(AuditLog));
        }

        return await line.Written.Task;
    }

    /// <summary>Makes all acknowledged lines durable, and saves their head.</summary>
    /// <returns>Whether both succeeded. The reason of a failure goes to the events.</returns>
    public Task<bool> FlushAsync(CancellationToken cancellation = default) => _flusher.FlushAsync(cancellation);

    /// <summary>Writes the lines that wait, makes them durable, and saves their head if the store answers.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_waiting.Writer.TryComplete())
        {
            return;
        }

        await _writing;
        await _closing.CancelAsync();
        await _flushing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _flusher.FlushAsync(CancellationToken.None);
        _flusher.Dispose();
        _writer.Dispose();
        _closing.Dispose();
    }

    private async Task WriteAsync()
    {
        List<PendingLine> batch = [];
        List<ReadOnlyMemory<byte>> lines = [];
        while (await _waiting.Reader.WaitToReadAsync())
        {
            int bytes = 0;
            while (batch.Count < MaxBatchLines && bytes < MaxBatchBytes && _waiting.Reader.TryRead(out PendingLine? line))
            {
                batch.Add(line);
                lines.Add(line.Fields);
                bytes += line.Fields.Length;
            }

            Write(batch, lines);
            batch.Clear();
            lines.Clear();
        }
    }

    private void Write(List<PendingLine> batch, List<ReadOnlyMemory<byte>> lines)
    {
        try
        {
            long sequence;
            lock (_gate)
            {
                _writer.Write(lines, DateOnly.FromDateTime(_time.GetUtcNow().UtcDateTime));
                sequence = _writer.Last.Sequence - batch.Count;
            }

            foreach (PendingLine line in batch)
            {
                line.Written.SetResult(++sequence);
            }

            Report(failed: false, AuditEventKind.DiskRecovered, $"The audit log of {_options.Node} is written again.");
        }
        catch (AuditException error)
        {
            batch.ForEach(line => line.Written.SetException(new AuditException(error.Message, error)));
            Report(failed: true, AuditEventKind.DiskFailed, error.Message);
        }
        catch (Exception error)
        {
            // Nobody may wait for a line that no one writes.
            batch.ForEach(line => line.Written.TrySetException(error));
            _waiting.Writer.TryComplete(error);
            throw;
        }
    }

    private void Report(bool failed, AuditEventKind kind, string message)
    {
        if (_diskFailed != failed)
        {
            _diskFailed = failed;
            _options.OnEvent(new AuditEvent(kind, message));
        }
    }

    private sealed class PendingLine(byte[] fields)
    {
        public byte[] Fields => fields;

        public TaskCompletionSource<long> Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
