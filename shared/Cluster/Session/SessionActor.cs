using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Session;

/// <summary>
/// A session, as a state machine over messages. A token is committed when it is in the session's log, and is streamed only then. Prompt and sampling parameters are durable before the
/// router receives them. The log is stored in batches.
/// </summary>
public sealed partial class SessionActor
{
    private readonly int _number;
    private readonly IControlPort _port;
    private readonly Action<int, long, SessionRecord> _store;
    private readonly IPipelineChoice _pipelines;
    private readonly SessionOptions _options;
    private GenerationRequest? _request;
    private Choice[] _choices = [];
    private int _prompt = -1; // index of the measured prompt's log
    private InferenceException? _error;
    private int _cachedPromptTokens = -1; // −1: unknown
    private int[] _used = []; // for each choice, the tokens that the answer used; see SessionRecord.Used
    private (int Gateway, int Stream)? _detached; // the stream whose detach is answered once the state is durable
    private Demand _demand;
    private RouterSide _router;
    private readonly bool _restored;
    private int _pipeline = -1; // the pipeline that generates the session; −1: none yet
    private bool _begun; // prompt and sampling are durable
    private long _version; // version of the state in memory
    private long _writing; // version that is being written; 0: none
    private long _durable; // version in the store
    private TimeSpan _writtenAt;
    private TimeSpan _submittedAt;
    private TimeSpan? _requestedAt; // time of the last request of a gateway, or the start

    /// <param name="number">Number of the session.</param>
    /// <param name="record">The stored record; null for a new session.</param>
    /// <param name="port">Sends the messages.</param>
    /// <param name="store">Stores a record under a session number and a version.</param>
    /// <param name="pipelines">Chooses the pipeline that generates the session.</param>
    /// <param name="options">Intervals and timeouts.</param>
    /// <param name="extend">Asks for further tokens from the budgets of the request's tenant, up to a number in all; answered by <see cref="Granted"/>.</param>
    public SessionActor(
        int number, SessionRecord? record, IControlPort port, Action<int, long, SessionRecord> store, IPipelineChoice pipelines, SessionOptions options, Action<int, Guid, long>? extend = null)
    {
        _extend = extend;
        _number = number;
        _port = port;
        _store = store;
        _pipelines = pipelines;
        _options = options;
        _submittedAt = -options.SubmitAfter;
        if (record is not null)
        {
            Open(record.Request, record.Choices);
            _demand = record.Cancelled ? Demand.Cancelled : record.Abandoned ? Demand.Abandoned : Demand.Wanted;
            _error = record.Error;
            _cachedPromptTokens = record.CachedPromptTokens;
            _pipeline = record.Pipeline;
            _used = record.Used;
            _begun = _restored = true;
            _router = RouterSide.Submitted;
        }
    }

    /// <summary>The token log of a choice.</summary>
    public ReadOnlySpan<int> Log(int choice) => _choices[choice].Log.Tokens;

    public int Choices => _request?.Choices ?? 0;

    /// <summary>Whether the session has no request: no gateway has sent one, and none was stored.</summary>
    public bool IsEmpty => _request is null;

    /// <summary>The request; null before a gateway has sent it.</summary>
    public GenerationRequest? Request => _request;

    /// <summary>Trace context of the router's span; null for that of the request.</summary>
    public string? Trace { get; set; }

    /// <summary>Whether generation has ended or is to end, unless a gateway asks again.</summary>
    internal bool IsOver => _request is not null && (Stops || Finished);

    /// <summary>Whether the only remaining work is to stream to gateways that ask.</summary>
    public bool Ended => _begun && _durable == _version && (Stops ? _router == RouterSide.Stopped : Finished);

    private bool Stops => _demand != Demand.Wanted;

    private bool Finished => Array.TrueForAll(_choices, static choice => choice.Log.Ended);

    public void Receive(ControlMessage message, TimeSpan now)
    {
        switch (message)
        {
            case AttachStream attach: Attach(attach, now); break;
            case DetachStream detach: Detach(detach, now); break;
            case StopChoice stop: Stop(stop, now); break;
            case CommitTokens commit: Commit(commit, now); break;
            case SequencesCancelled cancelled when Stops && IsOwnRouter(cancelled.Router): _router = RouterSide.Stopped; break;
            case SequencesCancelled: break;
            default: throw new ArgumentException($"A session does not accept {message.GetType().Name}.", nameof(message));
        }
    }

    /// <summary>Records that the store has a version.</summary>
    public void Written(long version, TimeSpan now)
    {
        _durable = version;
        _writing = 0;
        foreach (Choice choice in _choices)
        {
            choice.Stored = choice.Storing;
        }

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
        _requestedAt ??= now;
        if (_demand == Demand.Wanted && !Finished && now - _requestedAt >= _options.ResumeWithin)
        {
            SetDemand(Demand.Abandoned, now);
        }

        if (_request is not null && _pipeline < 0)
        {
            SetPipeline(_pipelines.Choose(_number, _request, _pipeline, now)); // durable with the first write
        }

        bool urgent = !_begun || _detached is not null;
        if (_request is not null && _writing == 0 && _durable < _version && (urgent || now - _writtenAt >= _options.WriteInterval))
        {
            _writing = _version;
            _writtenAt = now;
            _store(_number, _version, ToRecord());
        }

        if (_begun && now - _submittedAt >= _options.SubmitAfter && (Stops ? _router != RouterSide.Stopped : !Finished))
        {
            _submittedAt = now;
            SetPipeline(_pipelines.Choose(_number, _request!, _pipeline, now));
            _port.Send(OwnRouter, Stops ? new CancelSequences(_number) : new SubmitSequences(_number, Trace is null ? _request! : _request! with { TraceParent = Trace }, Logs()) { First = _router == RouterSide.NotSubmitted });
            _router = _router == RouterSide.NotSubmitted ? RouterSide.Submitted : _router;
        }
    }

    /// <summary>Submits the session to a new router of its pipeline, which does not have it yet.</summary>
    public void OnRouterReplaced(int pipeline, TimeSpan now)
    {
        if (pipeline == _pipeline)
        {
            _submittedAt = now - _options.SubmitAfter;
            Tick(now);
        }
    }

    /// <summary>Sets whether the session is generated. The router is notified immediately.</summary>
    private void SetDemand(Demand demand, TimeSpan now)
    {
        _demand = demand;
        ResumeRouter();
        _version++;
        _submittedAt = now - _options.SubmitAfter;
    }

    /// <summary>Records that the router generates the session again, or has to be asked again to stop.</summary>
    private void ResumeRouter() => _router = _router == RouterSide.Stopped ? RouterSide.Submitted : _router;

    private ChoiceLog[] Logs() => [.. _choices.Select(static choice => choice.Log.From(0))];

    /// <summary>Returns the changes since the last write.</summary>
    private SessionRecord ToRecord()
    {
        int[] from = [.. _choices.Select(choice => choice.Stored / _options.BlockTokens * _options.BlockTokens)];
        foreach (Choice choice in _choices)
        {
            choice.Storing = choice.Log.Count;
        }

        return new SessionRecord(_request!, [.. _choices.Select((choice, i) => choice.Log.From(from[i]))], _demand == Demand.Cancelled)
        {
            From = from,
            Begins = !_begun,
            Abandoned = _demand == Demand.Abandoned,
            Error = _error,
            CachedPromptTokens = _cachedPromptTokens,
            Pipeline = _pipeline,
            Used = _used,
        };
    }

    private void Open(GenerationRequest request, ChoiceLog[]? choices)
    {
        _request = request;
        _choices = [.. TokenLog.Of(request, choices).Select(static log => new Choice(log))];
        _prompt = TokenLog.PromptOf(request);
        _leased = request.Account?.Lease is { } lease && _extend is not null ? new LeasedTokens(request, upTo => _extend(_number, lease, upTo)) : null;
    }

    private void Commit(CommitTokens commit, TimeSpan now)
    {
        if (!IsOwnRouter(commit.Router))
        {
            // Another pipeline generates the session now. The sender has not received the cancellation.
            _port.Send(Address.Activation(commit.Router), new CancelSequences(_number));
            return;
        }

        // An index beyond the log is a gap: the tokens in between were lost in transit, or with the previous activation of the session. The router sends them again after the next
        // submission.
        bool early = commit.Choice != _prompt && _prompt >= 0 && !_choices[_prompt].Log.Ended && commit.Error is null;
        if (_request is null || early || commit.Choice >= _choices.Length)
        {
            return;
        }

        if (commit.Index > _choices[commit.Choice].Log.Count)
        {
            _leased?.HoldAfterOthers(commit);
            return;
        }

        ResumeRouter();
        TokenLog log = _choices[commit.Choice].Log;
        int known = log.Count - commit.Index;
        if (commit.Error is not null)
        {
            Fail(commit.Error);
            return;
        }

        if (log.Ended && Finished)
        {
            // A new router has started the session again without its end.
            AcknowledgeAll();
            return;
        }

        if (known <= commit.Tokens.Length && !log.Ended)
        {
            if (_leased is not null && commit.Choice != _prompt)
            {
                if (_leased.Take(commit, known, Committed) is not { } taken)
                {
                    return;
                }

                commit = taken;
            }

            _cachedPromptTokens = _cachedPromptTokens < 0 ? Math.Min(commit.CachedPromptTokens, _request.Prompt.Length) : _cachedPromptTokens;
            log.Append(commit.Tokens.AsSpan(known), commit.Measures.AsSpan(Math.Min(known, commit.Measures.Length)));
            log.Finish = commit.Finish;
            _version++;
            _submittedAt = now;
            Stream(commit.Choice, repeatsEnd: log.Ended, commit);
            if (_leased is not null && !Finished && !Stops)
            {
                _leased.ExtendEarly(Committed);
            }
        }

        Acknowledge(commit.Choice);
    }

    /// <summary>Ends all open choices with an error. They end together, because otherwise only some of them would be generated again.</summary>
    private void Fail(InferenceException error)
    {
        if (error.Code == ErrorCode.Overloaded && (_restored || Array.Exists(_choices, static choice => choice.Log.Count > 0)))
        {
            // The refusing router does not have the tokens that another one has generated.
            return;
        }

        _error ??= error;
        for (int choice = 0; choice < _choices.Length; choice++)
        {
            if (!_choices[choice].Log.Ended)
            {
                _choices[choice].Log.Finish = FinishReason.Error;
                _version++;
                Stream(choice, repeatsEnd: true);
            }
        }

        AcknowledgeAll();
    }

    private void AcknowledgeAll()
    {
        for (int choice = 0; choice < _choices.Length; choice++)
        {
            Acknowledge(choice);
        }
    }

    /// <summary>Acknowledges the tokens of a choice. For a choice that the session has ended, the acknowledgement carries the end and stops the router.</summary>
    private void Acknowledge(int choice) => _port.Send(OwnRouter, new TokensCommitted(_number, choice, _choices[choice].Log.Count, _choices[choice].Log.Finish));

    private void Stop(StopChoice stop, TimeSpan now)
    {
        int choice = stop.Choice;
        if (_request is null || choice >= Choices || _choices[choice].Log.Count < stop.Count)
        {
            return;
        }

        if (!_choices[choice].Log.Ended)
        {
            _choices[choice].Log.Finish = FinishReason.Cancelled;
            _version++;
            Tick(now);
        }

        Stream(choice, repeatsEnd: true);
        Acknowledge(choice);
    }

    /// <summary>Whether the session has to be generated.</summary>
    private enum Demand
    {
        Wanted,

        /// <summary>No gateway has asked for the session for a while. Generation continues when one asks again.</summary>
        Abandoned,

        /// <summary>The client cancelled it.</summary>
        Cancelled,
    }

    /// <summary>State of the session at the router of its pipeline.</summary>
    private enum RouterSide
    {
        NotSubmitted,
        Submitted,

        /// <summary>The router has answered that it generates nothing for the session.</summary>
        Stopped,
    }

    /// <summary>One choice, or the measured prompt: its token log, and how many of its tokens are stored and streamed.</summary>
    private sealed class Choice(TokenLog log)
    {
        public TokenLog Log => log;

        /// <summary>Number of durable tokens.</summary>
        public int Stored { get; set; } = log.Count;

        /// <summary>Number of tokens that are durable after the write in progress.</summary>
        public int Storing { get; set; }

        /// <summary>Number of tokens that were sent to the attached gateway.</summary>
        public int Streamed { get; set; }
    }
}
