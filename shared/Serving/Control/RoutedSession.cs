using OrleansInference.Serving.Routing;

namespace OrleansInference.Serving.Control;

/// <summary>A session as the router holds it: what was generated for it, and how much of that the session has committed.</summary>
internal sealed class RoutedSession : IRequestSink
{
    private readonly List<int>[] _logs;
    private readonly FinishReason[] _finish;
    private readonly int[] _committed;
    private readonly int[] _sent;
    private readonly bool[] _endCommitted;

    public RoutedSession(int number, ChoiceLog[] committed)
    {
        Number = number;
        _logs = [.. committed.Select(static choice => new List<int>(choice.Tokens))];
        _finish = [.. committed.Select(static choice => choice.Finish)];
        _committed = [.. committed.Select(static choice => choice.Tokens.Length)];
        _sent = [.. _committed];
        _endCommitted = [.. committed.Select(static choice => choice.Finish != FinishReason.None)];
    }

    public int Number { get; }

    public int CachedPromptTokens { get; set; }

    public RoutedRequest? Request { get; set; }

    /// <summary>Why it was cut off.</summary>
    public Exception? Error { get; private set; }

    public TimeSpan Sent { get; set; }

    /// <summary>Whether the session has everything.</summary>
    public bool Done => Array.TrueForAll(_endCommitted, static ended => ended);

    public void Publish(in TokenEvent token)
    {
        if (token.Index == _logs[token.Choice].Count)
        {
            _logs[token.Choice].Add(token.Token);
        }

        _finish[token.Choice] = token.Finish;
    }

    public void Complete(Exception? error) => Error = error;

    /// <summary>Starts over after what the session says that it has.</summary>
    public void Rewind(ChoiceLog[] committed)
    {
        for (int choice = 0; choice < _logs.Length; choice++)
        {
            _sent[choice] = _committed[choice] = Math.Min(committed[choice].Tokens.Length, _logs[choice].Count);
            _endCommitted[choice] = committed[choice].Finish != FinishReason.None;
        }
    }

    /// <summary>Sends again what was not committed, from the next <see cref="Send"/> on.</summary>
    public void Repeat() => _committed.CopyTo(_sent, 0);

    /// <summary>Takes note of what the session has committed.</summary>
    public void Committed(int choice, int count)
    {
        _committed[choice] = Math.Max(_committed[choice], Math.Min(count, _logs[choice].Count));
        _endCommitted[choice] |= _finish[choice] != FinishReason.None && _committed[choice] == _logs[choice].Count;
    }

    /// <summary>Sends what was not sent.</summary>
    public void Send(IControlPort port, TimeSpan now)
    {
        for (int choice = 0; choice < _logs.Length; choice++)
        {
            if (_endCommitted[choice] || _sent[choice] == _logs[choice].Count)
            {
                continue;
            }

            int from = _sent[choice];
            port.Send(Address.Session(Number), new CommitTokens(Number, choice, from, [.. _logs[choice][from..]], _finish[choice]));
            _sent[choice] = _logs[choice].Count;
            Sent = now;
        }
    }
}
