using OrleansInference.Cluster.Gateway;
using OrleansInference.Simulation.Kernel;

namespace OrleansInference.Simulation.Cluster;

/// <summary>Gateway with the streams that go through it.</summary>
internal sealed class GatewayNode(World world, int number, int node) : SimulatedProcess(node, $"gateway{number}"), IControlPort
{
    private readonly Dictionary<int, GatewayStream> _streams = [];
    private int _lastStream;

    public int Number => number;

    /// <summary>Opens a stream for a client.</summary>
    /// <returns>Number of the stream at this gateway.</returns>
    public int Open(SimulatedClient client, int connection, bool[] ended)
    {
        int id = (Life << 16) + (++_lastStream);
        Connection output = new(world, this, client, connection);
        int[] have = world.Bugs.Have(client.Have());
        GatewayStream stream = new(number, id, client.Number, client.Request, have, ended, this, output, TimeSpan.FromMilliseconds(250));
        _streams.Add(id, stream);
        stream.Start(world.Timeline.Now);
        world.Timeline.After(World.TickInterval, this, () => Tick(id));
        return id;
    }

    public void Close(int stream) => _streams.Remove(stream);

    public void Cancel(int stream)
    {
        if (_streams.TryGetValue(stream, out GatewayStream? open))
        {
            open.Cancel(world.Timeline.Now);
        }
    }

    public void Stop(int stream, int choice)
    {
        if (_streams.TryGetValue(stream, out GatewayStream? open))
        {
            open.Stop(choice, world.Timeline.Now);
        }
    }

    public void Send(Address to, ControlMessage message) => world.Deliver(this, to, message, 0);

    public void Receive(ControlMessage message)
    {
        int id = message switch { StreamTokens tokens => tokens.Stream, StreamDetached detached => detached.Stream, _ => 0 };
        if (_streams.TryGetValue(id, out GatewayStream? stream))
        {
            stream.Receive(message, world.Timeline.Now);
        }
    }

    protected override void Lose() => _streams.Clear();

    protected override void Begin()
    {
    }

    private void Tick(int id)
    {
        if (_streams.TryGetValue(id, out GatewayStream? stream))
        {
            stream.Tick(world.Timeline.Now);
            world.Timeline.After(World.TickInterval, this, () => Tick(id));
        }
    }

    /// <summary>Connection to a client; it delivers in order, or breaks.</summary>
    private sealed class Connection(World world, GatewayNode gateway, SimulatedClient client, int connection) : IClientStream
    {
        private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(1);

        public int CachedPromptTokens { get; set; }

        public void Token(in TokenEvent token)
        {
            TokenEvent delivered = token;
            world.Timeline.After(Latency, gateway, () => client.Take(connection, delivered));
        }

        public void Fail(InferenceException error) => world.Timeline.After(Latency, gateway, () => client.Fail(connection, error));

        public void End() => world.Timeline.After(Latency, gateway, () => client.End(connection));
    }
}
