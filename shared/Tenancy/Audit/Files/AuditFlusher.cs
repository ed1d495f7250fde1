using OrleansInference.Tenancy.Audit.Heads;
using OrleansInference.Tenancy.Audit.Lines;

namespace OrleansInference.Tenancy.Audit.Files;

/// <summary>Makes written lines durable and then signs and saves their head, apart from the writer, so that neither the disk's flush nor the store holds up a line.</summary>
/// <param name="options">Options of the log.</param>
/// <param name="writer">Writer, under <paramref name="gate"/>.</param>
/// <param name="gate">Lock of the writer, which is held for moments only.</param>
/// <param name="time">Clock.</param>
internal sealed class AuditFlusher(AuditLogOptions options, AuditWriter writer, Lock gate, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _running = new(1);
    private ChainPoint _flushed = writer.Last;
    private ChainPoint _saved;
    private bool _isChecked; // whether the files have the line of the stored head
    private bool _storeFailed, _flushFailed, _signatureWrong;

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await FlushAsync(cancellation);
            await Task.Delay(options.FlushInterval, time, cancellation);
        }
    }

    /// <summary>Makes the lines durable that are written now, then saves their head.</summary>
    /// <returns>Whether both succeeded. The reason of a failure goes to the events.</returns>
    public async Task<bool> FlushAsync(CancellationToken cancellation)
    {
        await _running.WaitAsync(cancellation);
        try
        {
            return Flush(out ChainPoint durable) && (options.Heads is not { } store || options.Key is not { } key || await SaveAsync(store, key, durable, cancellation));
        }
        finally
        {
            _running.Release();
        }
    }

    public void Dispose() => _running.Dispose();

    private bool Flush(out ChainPoint durable)
    {
        IAuditFile? file;
        lock (gate)
        {
            (durable, file) = (writer.Last, writer.Current);
        }

        if (durable == _flushed)
        {
            return true;
        }

        try
        {
            file?.Flush();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Change(ref _flushFailed, true, AuditEventKind.DiskFailed, $"The audit log cannot make {file!.Path} durable: {error.Message}");
            return false;
        }

        Change(ref _flushFailed, false, AuditEventKind.DiskRecovered, $"The audit log makes {file?.Path ?? options.Folder} durable again.");
        _flushed = durable;
        return true;
    }

    private async Task<bool> SaveAsync(IAuditHeadStore store, AuditKey key, ChainPoint durable, CancellationToken cancellation)
    {
        if (_isChecked && durable == _saved)
        {
            return true;
        }

        try
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            if (!_isChecked)
            {
                AuditHead? stored = await Within(store.ReadAsync(options.Node, limit.Token), limit);
                if (!Check(stored, key))
                {
                    // The next flush signs what is written from here on.
                    return false;
                }

                _isChecked = true;
            }

            if (durable.Sequence > 0)
            {
                // False if the store keeps another head: the next flush compares that one with the files.
                _isChecked = await Within(store.SaveAsync(AuditHead.Sign(options.Node, durable.Sequence, durable.Hash, time.GetUtcNow(), key), limit.Token), limit);
            }
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested && error is not OutOfMemoryException)
        {
            // Flushes must continue after every exception of the store, so the next one tries again.
            Change(ref _storeFailed, true, AuditEventKind.HeadStoreFailed, $"The head of the audit log of {options.Node} cannot be saved: {(error is OperationCanceledException or TimeoutException ? $"no answer within {options.HeadTimeout}" : error.Message)}");
            return false;
        }

        Change(ref _storeFailed, false, AuditEventKind.HeadStoreRecovered, $"The head of the audit log of {options.Node} is saved again.");
        _saved = _isChecked ? durable : _saved;
        return _isChecked;
    }

    /// <summary>Waits for the store for a limited time, also if it ignores the cancellation.</summary>
    private async Task<T> Within<T>(Task<T> answer, CancellationTokenSource limit)
    {
        try
        {
            return await answer.WaitAsync(options.HeadTimeout, time, limit.Token);
        }
        catch (TimeoutException)
        {
            await limit.CancelAsync();
            throw;
        }
    }

    /// <summary>Compares the stored head with the files. If they contradict each other, the chain continues from the head.</summary>
    /// <returns>Whether the head may be replaced.</returns>
    private bool Check(AuditHead? stored, AuditKey key)
    {
        if (stored is null)
        {
            return true;
        }

        if (!stored.IsSignedWith(key))
        {
            Change(ref _signatureWrong, true, AuditEventKind.HeadSignatureWrong, $"The stored head of the audit log of {options.Node}, of line {stored.Sequence}, was changed or signed with another key. A new head replaces it if it is later.");
            return true;
        }

        ChainPoint head = new(stored.Sequence, stored.Hash);
        ChainPoint last;
        lock (gate)
        {
            last = writer.Last;
        }

        if (head == last || head == _saved)
        {
            return true;
        }

        (string? hash, bool isBeforeStart) = writer.Find(stored.Sequence);
        if (hash == stored.Hash || isBeforeStart)
        {
            return true;
        }

        lock (gate)
        {
            writer.ContinueFrom(head);
            _flushed = _saved = writer.Last; // no line has this place yet
        }

        string fault = hash is null ? $"the files do not have line {stored.Sequence} of the stored head" : $"line {stored.Sequence} is not the one of the stored head";
        options.OnEvent(new AuditEvent(AuditEventKind.HeadMismatch, $"The audit log of {options.Node} was shortened or changed: {fault}. The chain continues from the head, so that the gap stays visible."));
        _isChecked = true;
        return false;
    }

    private void Change(ref bool state, bool value, AuditEventKind kind, string message)
    {
        if (state != value)
        {
            state = value;
            options.OnEvent(new AuditEvent(kind, message));
        }
    }
}
