using System.Runtime.InteropServices;

namespace OrleansInference.Serving.Control;

/// <summary>
/// A session as a machine over messages. A token is committed when it is in the log here; only then is it streamed. Prompt and sampling are durable before
/// the router hears of them; the log follows in batches.
/// </summary>
internal sealed class SessionMachine
{
    private readonly int _number;
    private readonly IControlPort _port;
    private readonly ISessionStore _store;
    private readonly SessionOptions _options;
    private GenerationRequest? _request;
    private List<int>[] _logs = [];
    private FinishReason[] _finish = [];
    private int[] _streamed = [];
    private (int Gateway, int Stream)? _attached;
    private (int Gateway, int Stream)? _detached; // to be answered once durable
    private bool _cancelled;
    private bool _routerStopped;
    private bool _begun; // prompt and sampling are durable
    private long _version; // of what is here
    private long _writing; // on its way to the store; 0 when none is
    private long _durable;
    private TimeSpan _written;
    private TimeSpan _asked;

    /// <param name="number">Which session.</param>
    /// <param name="record">What was stored of it; null for a new one.</param>
    /// <param name="port">The way out.</param>
    /// <param name="store">The durable place.</param>
    /// <param name="options">Times.</param>
    public SessionMachine(int number, SessionRecord? record, IControlPort port, ISessionStore store, SessionOptions options)
    {
        _number = number;
        _port = port;
        _store = store;
        _options = options;
        _asked = -options.SubmitAfter;
        if (record is not null)
        {
            Open(record.Request, record.Choices);
            _cancelled = record.Cancelled;
            _begun = true;
        }
    }

    /// <summary>The token log of a choice.</summary>
    public ReadOnlySpan<int> Log(int choice) => CollectionsMarshal.AsSpan(_logs[choice]);

    public int Choices => _logs.Length;

    /// <summary>Whether nothing is left to do, but to stream to whoever asks.</summary>
    public bool Ended => _begun && _durable == _version && (_cancelled ? _routerStopped : Finished);

    private bool Finished => Array.TrueForAll(_finish, static finish => finish != FinishReason.None);

    public void Receive(ControlMessage message, TimeSpan now)
    {
        switch (message)
        {
            case AttachStream attach: Attach(attach, now); break;
            case DetachStream detach: Detach(detach, now); break;
            case CommitTokens commit: Commit(commit, now); break;
            case SequencesCancelled: _routerStopped |= _cancelled; break;
            default: throw new ArgumentException($"A session takes no {message.GetType().Name}.", nameof(message));
        }
    }

    /// <summary>The store has a version.</summary>
    public void Written(long version, TimeSpan now)
    {
        _durable = version;
        _writing = 0;
        _begun = true;
        if (_detached is { } detached && _durable == _version)
        {
            _port.Send(Address.Gateway(detached.Gateway), new StreamDetached(detached.Stream));
            _detached = null;
        }

        Tick(now);
    }

    public void Tick(TimeSpan now)
    {
        bool urgent = !_begun || _detached is not null;
        if (_request is not null && _writing == 0 && _durable < _version && (urgent || now - _written >= _options.WriteEvery))
        {
            _writing = _version;
            _written = now;
            _store.Write(_number, _version, new SessionRecord(_request, Logs(), _cancelled));
        }

        if (_begun && now - _asked >= _options.SubmitAfter && (_cancelled ? !_routerStopped : !Finished))
        {
            _asked = now;
            _port.Send(Address.Router, _cancelled ? new CancelSequences(_number) : new SubmitSequences(_number, _request!, Logs()));
        }
    }

    private ChoiceLog[] Logs() => [.. _logs.Select((log, choice) => new ChoiceLog([.. log], _finish[choice]))];

    private void Open(GenerationRequest request, ChoiceLog[] choices)
    {
        _request = request;
        _logs = [.. choices.Select(static choice => new List<int>(choice.Tokens))];
        _finish = [.. choices.Select(static choice => choice.Finish)];
        _streamed = new int[choices.Length];
    }

    private void Attach(AttachStream attach, TimeSpan now)
    {
        if (_request is null)
        {
            Open(attach.Request, [.. Enumerable.Repeat(new ChoiceLog([], FinishReason.None), attach.Request.Choices)]);
            _version++;
            Tick(now);
        }

        _attached = (attach.Gateway, attach.Stream);
        attach.From.CopyTo(_streamed, 0);
        for (int choice = 0; choice < _logs.Length; choice++)
        {
            Stream(choice, repeatsEnd: true);
        }
    }

    private void Detach(DetachStream detach, TimeSpan now)
    {
        if (detach.Cancel && !_cancelled && _request is not null)
        {
            _cancelled = true;
            _version++;
            _asked = now - _options.SubmitAfter;
        }

        _attached = null;
        if (_durable == _version || _request is null)
        {
            _port.Send(Address.Gateway(detach.Gateway), new StreamDetached(detach.Stream));
            Tick(now);
            return;
        }

        _detached = (detach.Gateway, detach.Stream);
        Tick(now);
    }

    private void Commit(CommitTokens commit, TimeSpan now)
    {
        if (_request is null || commit.Index > _logs[commit.Choice].Count)
        {
            // A gap: what is between was lost on the way, or with the session's last life. It is sent again once the router hears of it.
            return;
        }

        List<int> log = _logs[commit.Choice];
        int known = log.Count - commit.Index;
        if (known <= commit.Tokens.Length && _finish[commit.Choice] == FinishReason.None)
        {
            log.AddRange(commit.Tokens.AsSpan(known));
            _finish[commit.Choice] = commit.Finish;
            _version++;
            _asked = now;
            Stream(commit.Choice, repeatsEnd: false);
        }

        _port.Send(Address.Router, new TokensCommitted(_number, commit.Choice, log.Count));
    }

    private void Stream(int choice, bool repeatsEnd)
    {
        List<int> log = _logs[choice];
        int from = _streamed[choice];
        bool more = from < log.Count || (repeatsEnd && _finish[choice] != FinishReason.None);
        if (_attached is { } attached && from <= log.Count && more)
        {
            _port.Send(Address.Gateway(attached.Gateway), new StreamTokens(attached.Stream, choice, from, [.. log[from..]], _finish[choice]));
            _streamed[choice] = log.Count;
        }
    }
}
