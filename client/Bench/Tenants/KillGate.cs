namespace OrleansInference.Bench.Tenants;

/// <summary>
/// Keeps new requests and kills of nodes apart: a request is inside until its client knows the id of the answer. If a node were killed before, nobody would know whether the request was billed. Thread-safe.
/// </summary>
internal sealed class KillGate
{
    private readonly Lock _lock = new();
    private int _inside;
    private TaskCompletionSource? _empty; // completes when the last one leaves; not null if the gate is closed
    private TaskCompletionSource? _open; // completes when the gate opens again; not null if the gate is closed

    /// <summary>Enters, when the gate is open. The result leaves.</summary>
    public async Task<Pass> EnterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task open;
            lock (_lock)
            {
                if (_open is null)
                {
                    _inside++;
                    return new Pass(this);
                }

                open = _open.Task;
            }

            await open.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Closes the gate, and waits until nobody is inside. <see cref="Open"/> must follow, also if the wait is cancelled.</summary>
    public Task CloseAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_inside == 0)
            {
                _empty.TrySetResult();
            }

            return _empty.Task.WaitAsync(cancellationToken);
        }
    }

    public void Open()
    {
        lock (_lock)
        {
            _open?.TrySetResult();
            (_open, _empty) = (null, null);
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            if (--_inside == 0)
            {
                _empty?.TrySetResult();
            }
        }
    }

    /// <summary>Stay inside the gate. Disposing it leaves, the first time.</summary>
    public sealed class Pass(KillGate gate) : IDisposable
    {
        private bool _left;

        public void Dispose()
        {
            if (!_left)
            {
                _left = true;
                gate.Leave();
            }
        }
    }
}
