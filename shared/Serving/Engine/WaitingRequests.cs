using System.Diagnostics.CodeAnalysis;
using OrleansInference.Models;

namespace OrleansInference.Serving;

/// <summary>The bounded queue between callers and the engine: highest priority first, then first come. Safe for concurrent use.</summary>
internal sealed class WaitingRequests(int capacity)
{
    private readonly object _lock = new(); // pulsed when a request arrives and when the queue closes
    private readonly List<Generation> _waiting = [];
    private bool _closed;
    private TimeSpan _pace; // moving average of the time a request takes

    /// <summary>Sequences that wait.</summary>
    public int Sequences
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Sum(generation => generation.Request.Choices);
            }
        }
    }

    public bool Closed
    {
        get
        {
            lock (_lock)
            {
                return _closed;
            }
        }
    }

    /// <exception cref="InferenceException"><see cref="ErrorCode.Overloaded"/> or <see cref="ErrorCode.Unavailable"/>.</exception>
    public void Add(Generation generation)
    {
        lock (_lock)
        {
            if (_closed)
            {
                throw Stopping();
            }

            if (_waiting.Count >= capacity)
            {
                TimeSpan wait = TimeSpan.FromSeconds(Math.Ceiling(Math.Max(1, _pace.TotalSeconds * _waiting.Count)));
                string message = $"{_waiting.Count} requests are waiting already; expected fewer than {capacity}. Try again in {wait.TotalSeconds} s.";
                throw new InferenceException(ErrorCode.Overloaded, message) { RetryAfter = wait };
            }

            _waiting.Add(generation);
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Waits for a request and takes it.</summary>
    /// <returns>False after <see cref="Close"/>, when none is left.</returns>
    public bool Take([NotNullWhen(true)] out Generation? generation)
    {
        lock (_lock)
        {
            while (_waiting.Count == 0 && !_closed)
            {
                Monitor.Wait(_lock);
            }

            generation = _waiting.MaxBy(waiting => waiting.Request.Priority);
            return generation is not null && _waiting.Remove(generation);
        }
    }

    /// <summary>Ends those for which nobody waits any more, so that they hold no place in the queue.</summary>
    public void Sweep()
    {
        lock (_lock)
        {
            for (int i = _waiting.Count - 1; i >= 0; i--)
            {
                if (_waiting[i].Left)
                {
                    _waiting[i].Complete();
                    _waiting.RemoveAt(i);
                }
            }
        }
    }

    /// <summary>Takes note of how long a request took.</summary>
    public void Served(TimeSpan duration)
    {
        lock (_lock)
        {
            _pace = _pace == TimeSpan.Zero ? duration : (_pace * 0.8) + (duration * 0.2);
        }
    }

    /// <summary>Takes no more requests; <paramref name="refuseWaiting"/> also ends those that wait.</summary>
    public void Close(bool refuseWaiting)
    {
        lock (_lock)
        {
            _closed = true;
            foreach (Generation generation in refuseWaiting ? _waiting : [])
            {
                generation.Complete(Stopping());
            }

            _waiting.RemoveRange(0, refuseWaiting ? _waiting.Count : 0);
            Monitor.PulseAll(_lock);
        }
    }

    public static InferenceException Stopping() => new(ErrorCode.Unavailable, "The service is stopping; it takes no more requests.");
}
