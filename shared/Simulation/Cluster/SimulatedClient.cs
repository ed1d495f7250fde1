using OrleansInference.Simulation.Scenarios;

namespace OrleansInference.Simulation.Cluster;

/// <summary>Client: keeps its received tokens, and resumes through another gateway when its own is lost.</summary>
internal sealed class SimulatedClient
{
    private static readonly TimeSpan NoticesAfter = TimeSpan.FromMilliseconds(100);

    private readonly World _world;
    private readonly PlannedRequest _planned;
    private readonly TokenLog[] _logs;
    private readonly bool[] _stopped;
    private readonly int _prompt;
    private GatewayNode? _gateway;
    private int _life;
    private int _stream;
    private int _connection;
    private int _next;

    public SimulatedClient(World world, PlannedRequest planned)
    {
        _world = world;
        _planned = planned;
        _next = planned.Number;
        _logs = TokenLog.Of(Request);
        _prompt = TokenLog.PromptOf(Request);
        _stopped = new bool[Request.Choices];
        world.Timeline.After(planned.Start, Connect);
        if (planned.Away > TimeSpan.Zero)
        {
            world.Timeline.After(planned.Leaves, Leave);
            world.Timeline.After(planned.Leaves + planned.Away, Reconnect);
        }
    }

    public int Number => _planned.Number;

    public GenerationRequest Request => _planned.Request;

    public bool Cancelled { get; private set; }

    /// <summary>Whether the client has everything, or its cancellation is durable.</summary>
    public bool Done { get; private set; }

    /// <summary>Error that ended the request.</summary>
    public InferenceException? Error { get; private set; }

    public int Tokens => _logs.Take(Request.Choices).Sum(static log => log.Count);

    public int[] Have() => [.. _logs.Select(static log => log.Count)];

    public bool Stopped(int choice) => choice < _stopped.Length && _stopped[choice];

    public void Cancel()
    {
        if (!Done && !Cancelled && _connection > 0)
        {
            Cancelled = true;
            _gateway?.Cancel(_stream);
        }
    }

    public void Reconnect()
    {
        if (!Done && _connection > 0)
        {
            _gateway?.Close(_stream);
            Connect();
        }
    }

    public void Take(int connection, in TokenEvent token)
    {
        if (connection != _connection || Done)
        {
            return;
        }

        TokenMeasure measure = new(token.LogProb, token.Top.ToArray());
        if (token.Index < 0)
        {
            if (token.Choice == 0)
            {
                TakePrompt(token, measure);
            }

            return;
        }

        TokenLog log = _logs[token.Choice];
        if (Stopped(token.Choice))
        {
            return;
        }

        _world.Checker.Delivered(this, token, measure, log.Count);
        if (token.Token >= 0)
        {
            log.Append(token.Token, measure);
        }

        log.Finish = token.Finish;
        if (!log.Ended && log.Count == _planned.StopAfter)
        {
            _stopped[token.Choice] = true;
            _gateway?.Stop(_stream, token.Choice);
        }
    }

    public void Fail(int connection, InferenceException error)
    {
        if (connection == _connection && !Done)
        {
            Error = error;
        }
    }

    public void End(int connection)
    {
        if (connection == _connection && !Done)
        {
            Done = true;
            _gateway!.Close(_stream);
            _world.Checker.Ended(this, _logs);
        }
    }

    private void TakePrompt(in TokenEvent token, TokenMeasure measure)
    {
        TokenLog log = _logs[_prompt];
        int position = token.Index + Request.Prompt.Length;
        FinishReason finish = position == Request.Prompt.Length - 1 ? FinishReason.Length : FinishReason.None;
        _world.Checker.Delivered(this, new TokenEvent(_prompt, position, token.Token, finish), measure, log.Count);
        log.Append(token.Token, measure);
        log.Finish = finish;
    }

    /// <summary>Leaves without a message.</summary>
    private void Leave()
    {
        if (!Done && _connection > 0)
        {
            _gateway?.Close(_stream);
            _connection++;
            _gateway = null;
        }
    }

    private void Connect()
    {
        _connection++;
        _gateway = null;
        for (int i = 0; i < _world.Gateways.Count && _gateway is null; i++)
        {
            GatewayNode candidate = _world.Gateways[_next++ % _world.Gateways.Count];
            _gateway = candidate.Alive ? candidate : null;
        }

        // A client that received an error does not wait for another answer.
        Cancelled |= Error is not null;
        if (_gateway is not null)
        {
            _life = _gateway.Life;
            _stream = _gateway.Open(this, _connection, [.. _logs.Select(static log => log.Ended)]);
            for (int choice = 0; choice < _stopped.Length; choice++)
            {
                if (_stopped[choice])
                {
                    _gateway.Stop(_stream, choice);
                }
            }

            if (Cancelled)
            {
                _gateway.Cancel(_stream);
            }
        }

        int connection = _connection;
        _world.Timeline.After(NoticesAfter, () => Watch(connection));
    }

    private void Watch(int connection)
    {
        if (connection != _connection || Done)
        {
            return;
        }

        if (_gateway is { Alive: true } && _gateway.Life == _life)
        {
            _world.Timeline.After(NoticesAfter, () => Watch(connection));
        }
        else
        {
            Connect();
        }
    }
}
