using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Protocol;

/// <summary>Messages that wait for an answer, each under a key; sent again, in the order in which they were put in, until they are taken out.</summary>
internal sealed class Outbox<TKey>(IControlPort port, TimeSpan repeatAfter)
    where TKey : notnull
{
    private readonly OrderedDictionary<TKey, Entry> _entries = [];

    public int Count => _entries.Count;

    public bool Contains(TKey key) => _entries.ContainsKey(key);

    /// <summary>Sends a message, in place of one under the same key.</summary>
    /// <param name="key">What it is about.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="message">The message.</param>
    /// <param name="now">The time since some beginning.</param>
    /// <param name="growth">How many times as long each wait is as the one before: more than 1 where much is computed for the answer.</param>
    public void Send(TKey key, Address to, ControlMessage message, TimeSpan now, int growth = 1)
    {
        _entries[key] = new Entry(to, message, now, repeatAfter, growth);
        port.Send(to, message);
    }

    /// <summary>Takes a message out: it was answered, or is no longer wanted.</summary>
    public bool Remove(TKey key) => _entries.Remove(key);

    public void Clear() => _entries.Clear();

    /// <summary>Sends again what has waited too long.</summary>
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
