using OrleansInference.Serving.Pipelines;

namespace OrleansInference.Serving;

internal enum MessageKind : byte
{
    Submit,
    Stop,
    Cancel,
    Completed,

    /// <summary>No more requests come.</summary>
    Drain,

    /// <summary>Requests under way are to end at once.</summary>
    Abort,
}

/// <summary>Something for the engine's thread to do.</summary>
internal readonly record struct Message(MessageKind Kind, Generation? Generation = null)
{
    public int Choice { get; init; }

    public Step? Step { get; init; }
}

/// <summary>What callers and stages have for the engine's thread. Safe for concurrent use; never blocks who posts.</summary>
internal sealed class Mailbox : IStepSink
{
    private readonly object _lock = new(); // pulsed when a message arrives
    private Queue<Message> _arrived = new();
    private Queue<Message> _taken = new();

    public void Post(in Message message)
    {
        lock (_lock)
        {
            _arrived.Enqueue(message);
            Monitor.Pulse(_lock);
        }
    }

    public void Completed(Step step) => Post(new Message(MessageKind.Completed) { Step = step });

    /// <summary>Waits for messages and takes them all; what it returned before is empty by then.</summary>
    /// <param name="patience">How long to wait at most; none are returned after it.</param>
    public Queue<Message> Take(TimeSpan patience)
    {
        lock (_lock)
        {
            while (_arrived.Count == 0 && Monitor.Wait(_lock, patience))
            {
            }

            (_arrived, _taken) = (_taken, _arrived);
            return _taken;
        }
    }
}
