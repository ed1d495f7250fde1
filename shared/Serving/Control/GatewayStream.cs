namespace OrleansInference.Serving.Control;

/// <summary>The client's end of a stream: each token once, in order.</summary>
internal interface IClientStream
{
    void Token(int choice, int index, int token, FinishReason finish);

    /// <summary>Everything was delivered, or the cancellation is durable.</summary>
    void End();
}

/// <summary>
/// One stream at a gateway, as a machine over messages: attaches to the session at the index after what the client has, and skips what the client has already. Keeps
/// nothing durable: a client that loses its gateway comes to another one with the number of tokens it has.
/// </summary>
internal sealed class GatewayStream
{
    private readonly int _gateway;
    private readonly int _stream;
    private readonly int _session;
    private readonly GenerationRequest _request;
    private readonly int[] _have;
    private readonly bool[] _ended;
    private readonly IControlPort _port;
    private readonly IClientStream _client;
    private readonly TimeSpan _repeatAfter;
    private TimeSpan _asked;
    private bool _cancel;
    private bool _done;

    /// <param name="gateway">Where this is.</param>
    /// <param name="stream">Which of its streams.</param>
    /// <param name="session">The session.</param>
    /// <param name="request">What the client wants.</param>
    /// <param name="have">For each choice, tokens that the client has already.</param>
    /// <param name="ended">For each choice, whether the client has its end.</param>
    /// <param name="port">The way to the session.</param>
    /// <param name="client">The way to the client.</param>
    /// <param name="repeatAfter">After how long without news the session is asked again.</param>
    public GatewayStream(
        int gateway, int stream, int session, GenerationRequest request, int[] have, bool[] ended, IControlPort port, IClientStream client, TimeSpan repeatAfter)
    {
        _gateway = gateway;
        _stream = stream;
        _session = session;
        _request = request;
        _have = [.. have];
        _ended = [.. ended];
        _port = port;
        _client = client;
        _repeatAfter = repeatAfter;
    }

    private bool AllEnded => Array.TrueForAll(_ended, static ended => ended);

    public void Start(TimeSpan now) => Ask(now);

    /// <summary>The client went away.</summary>
    public void Cancel(TimeSpan now)
    {
        _cancel = true;
        Ask(now);
    }

    public void Receive(ControlMessage message, TimeSpan now)
    {
        if (message is StreamTokens tokens)
        {
            Take(tokens, now);
        }
        else if (message is StreamDetached && !_done && (_cancel || AllEnded))
        {
            _done = true;
            _client.End();
        }
    }

    public void Tick(TimeSpan now)
    {
        if (!_done && now - _asked >= _repeatAfter)
        {
            Ask(now);
        }
    }

    private void Ask(TimeSpan now)
    {
        _asked = now;
        _port.Send(
            Address.Session(_session),
            _cancel || AllEnded ? new DetachStream(_session, _gateway, _stream, _cancel) : new AttachStream(_gateway, _stream, _session, _request, [.. _have]));
    }

    private void Take(StreamTokens tokens, TimeSpan now)
    {
        int choice = tokens.Choice;
        if (_done || _cancel || _ended[choice] || tokens.Index > _have[choice])
        {
            return;
        }

        int known = _have[choice] - tokens.Index;
        int last = tokens.Tokens.Length - 1;
        for (int i = known; i <= last; i++)
        {
            _client.Token(choice, _have[choice]++, tokens.Tokens[i], i == last ? tokens.Finish : FinishReason.None);
        }

        if (tokens.Finish != FinishReason.None && known <= tokens.Tokens.Length)
        {
            _ended[choice] = true;
            if (AllEnded)
            {
                Ask(now);
            }
        }
    }
}
