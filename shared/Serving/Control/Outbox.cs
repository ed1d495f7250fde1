namespace OrleansInference.Serving.Control;

/// <summary>Messages that wait for an answer, each under a key; sent again, in the order in which they were put in, until they are taken out.</summary>
internal sealed class Outbox<TKey>(IControlPort port, TimeSpan repeatAfter)
    where TKey : notnull
{
    private readonly OrderedDictionary<TKey, Letter> _letters = [];

    public int Count => _letters.Count;

    public bool Contains(TKey key) => _letters.ContainsKey(key);

    /// <summary>Sends a message, in place of one under the same key.</summary>
    /// <param name="key">What it is about.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="message">The message.</param>
    /// <param name="now">The time since some beginning.</param>
    /// <param name="growth">How many times as long each wait is as the one before: more than 1 where much is computed for the answer.</param>
    public void Send(TKey key, Address to, ControlMessage message, TimeSpan now, int growth = 1)
    {
        _letters[key] = new Letter(to, message, now, repeatAfter, growth);
        port.Send(to, message);
    }

    /// <summary>Takes a message out: it was answered, or is no longer wanted.</summary>
    public bool Remove(TKey key) => _letters.Remove(key);

    public void Clear() => _letters.Clear();

    /// <summary>Sends again what has waited too long.</summary>
    public void Tick(TimeSpan now)
    {
        for (int i = 0; i < _letters.Count; i++)
        {
            (TKey key, Letter letter) = _letters.GetAt(i);
            if (now - letter.Sent >= letter.Patience)
            {
                _letters.SetAt(i, letter with { Sent = now, Patience = letter.Patience * letter.Growth });
                port.Send(letter.To, letter.Message);
            }
        }
    }

    private readonly record struct Letter(Address To, ControlMessage Message, TimeSpan Sent, TimeSpan Patience, int Growth);
}
