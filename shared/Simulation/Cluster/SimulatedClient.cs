using OrleansInference.Serving;
using OrleansInference.Simulation.Running;

namespace OrleansInference.Simulation.Cluster;

/// <summary>A client: holds what it was given, and comes back through another gateway when its own is gone.</summary>
internal sealed class SimulatedClient
{
    private static readonly TimeSpan NoticesAfter = TimeSpan.FromMilliseconds(100);

    private readonly World _world;
    private readonly List<int>[] _tokens;
    private readonly bool[] _ended;
    private GatewayNode? _gateway;
    private int _life;
    private int _stream;
    private int _connection;
    private int _next;

    public SimulatedClient(World world, PlannedRequest planned)
    {
        _world = world;
        Number = planned.Number;
        Request = planned.Request;
        _next = planned.Number;
        _tokens = [.. Enumerable.Range(0, Request.Choices).Select(static _ => new List<int>())];
        _ended = new bool[Request.Choices];
        world.Scheduler.After(planned.Start, Connect);
    }

    public int Number { get; }

    public GenerationRequest Request { get; }

    public bool Cancelled { get; private set; }

    /// <summary>Whether it has everything, or its cancellation is durable.</summary>
    public bool Done { get; private set; }

    public int[] Have() => [.. _tokens.Select(static tokens => tokens.Count)];

    public bool[] Ended() => [.. _ended];

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

    public void Take(int connection, int choice, int index, int token, FinishReason finish)
    {
        if (connection != _connection || Done)
        {
            return;
        }

        _world.Checker.Delivered(this, choice, index, _tokens[choice].Count, token, finish);
        _tokens[choice].Add(token);
        _ended[choice] = finish != FinishReason.None;
    }

    public void End(int connection)
    {
        if (connection == _connection && !Done)
        {
            Done = true;
            _gateway!.Close(_stream);
            _world.Checker.Ended(this, _tokens, _ended);
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

        if (_gateway is not null)
        {
            _life = _gateway.Life;
            _stream = _gateway.Open(this, _connection);
            if (Cancelled)
            {
                _gateway.Cancel(_stream);
            }
        }

        int connection = _connection;
        _world.Scheduler.After(NoticesAfter, () => Watch(connection));
    }

    private void Watch(int connection)
    {
        if (connection != _connection || Done)
        {
            return;
        }

        if (_gateway is { Alive: true } && _gateway.Life == _life)
        {
            _world.Scheduler.After(NoticesAfter, () => Watch(connection));
        }
        else
        {
            Connect();
        }
    }
}
