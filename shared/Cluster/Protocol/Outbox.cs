using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Protocol;

/// <summary>Messages that wait for an answer, each under a key. They are resent, in the order in which they were added, until they are removed.</summary>
internal sealed class Outbox<TKey>(IControlPort port, TimeSpan repeatAfter)
    where TKey : notnull
{
    private readonly OrderedDictionary<TKey, Entry> _entries = [];

    public int Count => _entries.Count;

    public bool Contains(TKey key) => _entries.ContainsKey(key);

    /// <summary>Sends a message, and replaces an earlier one with the same key.</summary>
    /// <param name="key">Key of the message.</param>
    /// <param name="to">Destination of the message.</param>
    /// <param name="message">The message.</param>
    /// <param name="now">Current time, measured from any fixed origin.</param>
    /// <param name="growth">Factor by which each wait is longer than the previous one: more than 1 if the answer takes much computing.</param>
    public void Send(TKey key, Address to, ControlMessage message, TimeSpan now, int growth = 1)
    {
        _entries[key] = new Entry(to, message, now, repeatAfter, growth);
        port.Send(to, message);
    }

    /// <summary>Removes a message that was answered or is no longer needed.</summary>
    public bool Remove(TKey key) => _entries.Remove(key);

    public void Clear() => _entries.Clear();

    /// <summary>Resends messages whose wait has expired.</summary>
    public void Tick(TimeSpan now)
    {
        for (int i = 0; i < _entries.Count; i++)
        {
            (TKey key, Entry entry) = _entries.GetAt(i);
            if (now - entry.Sent >= entry.Interval)
            {
                _entries.SetAt(i, entry with { Sent = now, Interval = entry.Interval * entry.Growth });
                port.Send(entry.To, entry.Message);
            }
        }
    }

    private readonly record struct Entry(Address To, ControlMessage Message, TimeSpan Sent, TimeSpan Interval, int Growth);
}
