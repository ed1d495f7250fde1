using System.Collections.Concurrent;
using System.Diagnostics;
using OrleansInference.Cluster.Gateway;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Session;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Thread of the sessions that are active on a silo, and of the streams of its gateway.</summary>
public sealed class SessionThread : ActorThread
{
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan IdleBeforeClosing = TimeSpan.FromSeconds(5);

    private readonly ISessionStore _store;
    private readonly SessionOptions _options;
    private readonly PipelineChooser _pipelines = new();
    private readonly Dictionary<int, ActiveSession> _sessions = [];
    private readonly Dictionary<int, List<ControlMessage>> _opening = []; // messages that wait until their session's record is read
    private readonly ConcurrentDictionary<int, bool> _hosted = new();
    private readonly Dictionary<int, GatewayStream> _streams = [];
    private int _lastStream;

    /// <param name="gateway">Number of this silo's gateway.</param>
    /// <param name="transport">Transport for outbound messages.</param>
    /// <param name="store">Durable store of sessions.</param>
    /// <param name="options">Time limits of sessions.</param>
    public SessionThread(int gateway, IControlTransport transport, ISessionStore store, SessionOptions options)
        : base($"Sessions of {gateway}", transport)
    {
        Gateway = gateway;
        _store = store;
        _options = options;
    }

    public int Gateway { get; }

    /// <summary>Number of active sessions, as last published.</summary>
    public int ActiveSessions => _hosted.Count;

    /// <summary>Whether a session is active here, or about to be. Thread-safe.</summary>
    public bool Hosts(int session) => _hosted.ContainsKey(session);

    /// <summary>Opens a client's stream. Thread-safe.</summary>
    /// <param name="session">Number of the session.</param>
    /// <param name="request">Request of the client.</param>
    /// <param name="have">Number of tokens that the client already has, for each choice.</param>
    /// <param name="ended">Whether the client has the end, for each choice.</param>
    /// <param name="client">Receives the tokens, on this thread.</param>
    /// <returns>Number of the stream, for <see cref="Cancel"/> and <see cref="Stop"/>.</returns>
    public int Open(int session, GenerationRequest request, int[] have, bool[] ended, IClientStream client)
    {
        int number = Interlocked.Increment(ref _lastStream);
        GatewayStream stream = new(Gateway, number, session, request, have, ended, this, new EndingStream(this, number, client), RepeatAfter);
        Post(() =>
        {
            _streams.Add(number, stream);
            stream.Start(Now);
        });
        return number;
    }

    /// <summary>Cancels a stream whose client has disconnected: generation ends.</summary>
    public void Cancel(int stream) => Post(() => _streams.GetValueOrDefault(stream)?.Cancel(Now));

    /// <summary>Ends a stream whose client has read all tokens.</summary>
    public void CloseStream(int stream) => Post(() => _streams.GetValueOrDefault(stream)?.Close(Now));

    /// <summary>Detaches a stream whose client lost its connection and may resume. The session gets no further requests from it, and generation does not end.</summary>
    public void Leave(int stream) => Post(() => _streams.Remove(stream));

    /// <summary>Ends a choice because its text contains a stop string.</summary>
    public void Stop(int stream, int choice) => Post(() => _streams.GetValueOrDefault(stream)?.Stop(choice, Now));

    /// <summary>Resumes a stored session. Thread-safe.</summary>
    public void Wake(int session) => Post(() =>
    {
        if (!_sessions.ContainsKey(session) && _opening.TryAdd(session, []))
        {
            _hosted[session] = true;
            Read(session);
        }
    });

    /// <summary>Makes all sessions of a pipeline submit their requests to its new router. Thread-safe.</summary>
    public void OnRouterReplaced(int pipeline) => Post(() =>
    {
        foreach (ActiveSession session in _sessions.Values)
        {
            session.Actor.OnRouterReplaced(pipeline, Now);
        }
    });

    /// <summary>Updates the list of pipelines. Thread-safe.</summary>
    public void PipelinesAre(IReadOnlyList<PipelineLoad> pipelines) => Post(() => _pipelines.Update(pipelines, Now));

    /// <summary>Removes a session from this silo. Tokens that are not durable are generated again wherever it is activated next.</summary>
    public void Close(int session) => Post(() => Remove(session));

    /// <summary>Ends all streams with an error. Runs on this thread, or after it has ended.</summary>
    internal void FailStreams(InferenceException error)
    {
        foreach (GatewayStream stream in (GatewayStream[])[.. _streams.Values])
        {
            stream.Fail(error);
        }

        _streams.Clear();
    }

    private void Write(int session, long version, SessionRecord record) =>
        _store.Write(session, record, () => Post(() => _sessions.GetValueOrDefault(session)?.Actor.Written(version, Now)));

    /// <summary>Leases further tokens to a session, with retries while the store is away: until then the session commits only what it has.</summary>
    private void Extend(int session, Guid lease, long upTo) => _store.ExtendAsync(lease, upTo).ContinueWith(
        answer =>
        {
            if (answer.IsCompletedSuccessfully)
            {
                (long granted, InferenceException? refusal) = answer.Result;
                Post(() => _sessions.GetValueOrDefault(session)?.Actor.Granted(granted, refusal, Now));
            }
            else if (_hosted.ContainsKey(session))
            {
                Task.Delay(RepeatAfter).ContinueWith(_ => Extend(session, lease, upTo), TaskScheduler.Default);
            }
        },
        TaskScheduler.Default);

    protected override void Receive(in OutboundMessage message, TimeSpan now)
    {
        if (message.To.Kind == AddressKind.Session)
        {
            Receive(message.To.Number, message.Message, now);
            return;
        }

        int stream = message.Message switch { StreamTokens tokens => tokens.Stream, StreamDetached detached => detached.Stream, _ => 0 };
        _streams.GetValueOrDefault(stream)?.Receive(message.Message, now);
    }

    protected override void Tick(TimeSpan now)
    {
        foreach (GatewayStream stream in _streams.Values)
        {
            stream.Tick(now);
        }

        List<int>? idle = null;
        foreach ((int number, ActiveSession session) in _sessions)
        {
            session.Actor.Tick(now);
            if (now - session.Touched > IdleBeforeClosing && (session.Actor.Ended || session.Actor.IsEmpty))
            {
                (idle ??= []).Add(number);
            }
        }

        idle?.ForEach(Remove);
    }

    /// <summary>Ends all streams, so that no reader waits for a stream without a writer.</summary>
    protected override void Close() => FailStreams(new InferenceException(ErrorCode.Unavailable, "The service is stopping."));

    private void Receive(int number, ControlMessage message, TimeSpan now)
    {
        if (_sessions.TryGetValue(number, out ActiveSession? session))
        {
            session.Touched = now;
            session.Receive(message, now);
            return;
        }

        if (_opening.TryGetValue(number, out List<ControlMessage>? waiting))
        {
            waiting.Add(message);
            return;
        }

        _opening.Add(number, [message]);
        _hosted[number] = true;
        Read(number);
    }

    private void Read(int number) =>
        _store.ReadAsync(number).ContinueWith(read => Post(() => Opened(number, read)), TaskScheduler.Default);

    private void Opened(int number, Task<SessionRecord?> read)
    {
        if (!_opening.Remove(number, out List<ControlMessage>? waiting))
        {
            return;
        }

        if (!read.IsCompletedSuccessfully)
        {
            // The store is away. The sender repeats its message.
            _hosted.TryRemove(number, out _);
            return;
        }

        ActiveSession session = new(number, new SessionActor(number, read.Result, this, Write, _pipelines, _options, Extend)) { Touched = Now };
        _sessions.Add(number, session);
        foreach (ControlMessage message in waiting)
        {
            session.Receive(message, Now);
        }
    }

    private void Remove(int number)
    {
        _opening.Remove(number);
        if (_hosted.TryRemove(number, out _) && _sessions.Remove(number, out ActiveSession? session))
        {
            session.EndTrace();
        }
    }

    private sealed class ActiveSession(int number, SessionActor actor)
    {
        private Activity? _span; // covers the generation, if it is traced

        public SessionActor Actor => actor;

        public TimeSpan Touched { get; set; }

        public void Receive(ControlMessage message, TimeSpan now)
        {
            if (_span is null && !Actor.IsOver && ((message as AttachStream)?.Request ?? Actor.Request) is { TraceParent: not null } request)
            {
                _span = Tracing.Begin("session", request.TraceParent, request.TraceState)?.SetTag("orleans_inference.session", number).SetTag("orleans_inference.request_id", request.RequestId);
                Actor.Trace = _span?.Id;
            }

            Actor.Receive(message, now);
            if (_span is not null && Actor.IsOver)
            {
                EndTrace();
            }
        }

        /// <summary>Ends the span: tokens generated later have no span here.</summary>
        public void EndTrace()
        {
            _span?.SetTag("orleans_inference.pipeline", Actor.Pipeline).SetTag("gen_ai.usage.output_tokens", Enumerable.Range(0, Actor.Choices).Sum(choice => Actor.Log(choice).Length)).Stop();
            _span = null;
        }
    }

    /// <summary>Client stream that removes itself from the table when it has ended.</summary>
    private sealed class EndingStream(SessionThread front, int number, IClientStream client) : IClientStream
    {
        public int CachedPromptTokens
        {
            set => client.CachedPromptTokens = value;
        }

        public IReadOnlyList<int>? Used => client.Used;

        public void Token(in TokenEvent token) => client.Token(token);

        public void Fail(InferenceException error) => client.Fail(error);

        public void Finish() => client.Finish();

        public void End()
        {
            front.Post(() => front._streams.Remove(number));
            client.End();
        }
    }
}
