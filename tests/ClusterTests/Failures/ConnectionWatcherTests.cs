using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime;
using OrleansInference.Cluster.Programs;
using OrleansInference.Silo.Failures;

namespace OrleansInference.ClusterTests.Failures;

public sealed class ConnectionWatcherTests : IDisposable
{
    private readonly int[] _free = FreePorts.Find(3);
    private readonly TcpListener _alive = new(IPAddress.Loopback, 0);
    private readonly FakeMembership _membership;
    private readonly ConnectionWatcher _watcher;
    private bool _used;

    public ConnectionWatcherTests()
    {
        _alive.Start();
        ClusterMember[] members = [Member(_free[0], SiloStatus.Active), Member(_free[1], SiloStatus.Active), Member(_free[2], SiloStatus.Joining), Member(AlivePort, SiloStatus.Active)];
        _membership = new FakeMembership(members);
        ServiceProvider services = new ServiceCollection()
            .AddSingleton<IClusterMembershipService>(_membership)
            .AddSingleton<ILocalSiloDetails>(new FakeDetails(members[0].SiloAddress))
            .BuildServiceProvider();
        _watcher = new ConnectionWatcher(services, NullLogger<ConnectionWatcher>.Instance);
    }

    private int AlivePort => ((IPEndPoint)_alive.LocalEndpoint).Port;

    public void Dispose()
    {
        _watcher.Stop();
        _alive.Dispose();
    }

    [Fact]
    public async Task Of_the_silos_that_may_have_closed_a_connection_which_they_had_opened_the_one_that_refuses_is_declared_dead()
    {
        await RunAsync(_watcher.WatchInbound(UseAsync), 50000, [1, 2, 3]);
        Assert.True(_used);
        Assert.Equal(_free[1], (await _membership.Killed.WaitAsync(TimeSpan.FromMinutes(1))).Endpoint.Port);
    }

    [Fact]
    public async Task The_silo_that_closed_a_connection_which_was_opened_to_it_is_declared_dead_when_it_refuses()
    {
        await RunAsync(_watcher.WatchOutbound(UseAsync), _free[2], []);
        Assert.Equal(_free[2], (await _membership.Killed.WaitAsync(TimeSpan.FromMinutes(1))).Endpoint.Port);
    }

    [Fact]
    public async Task A_silo_whose_port_still_accepts_connections_when_the_first_one_has_closed_is_declared_dead_when_it_refuses()
    {
        int port = AlivePort;
        await RunAsync(_watcher.WatchOutbound(UseAsync), port, []);
        for (int dial = 0; dial < 2; dial++)
        {
            (await _alive.AcceptSocketAsync().WaitAsync(TimeSpan.FromMinutes(1))).Dispose();
        }

        _alive.Stop();
        Assert.Equal(port, (await _membership.Killed.WaitAsync(TimeSpan.FromMinutes(1))).Endpoint.Port);
    }

    [Fact]
    public async Task Who_looks_whether_the_port_refuses_is_not_looked_at_in_turn()
    {
        await RunAsync(_watcher.WatchInbound(UseAsync), 50000, []);
        Assert.False(_used);
        Assert.False(_alive.Pending());
        Assert.False(_membership.Killed.IsCompleted);
    }

    private static ClusterMember Member(int port, SiloStatus status) => new(SiloAddress.New(IPAddress.Loopback, port, 1), status, $"port {port}");

    /// <summary>A connection from some port on which some bytes come before it closes.</summary>
    private static async Task RunAsync(ConnectionDelegate used, int port, byte[] sent)
    {
        Pipe incoming = new();
        await using DefaultConnectionContext connection = new("connection", new Ends(incoming.Reader, new Pipe().Writer), new Ends(new Pipe().Reader, incoming.Writer))
        {
            RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, port),
        };
        await incoming.Writer.WriteAsync(sent);
        await incoming.Writer.CompleteAsync();
        await used(connection);
    }

    private async Task UseAsync(ConnectionContext connection)
    {
        _used = true;
        ReadResult read = await connection.Transport.Input.ReadAsync();
        connection.Transport.Input.AdvanceTo(read.Buffer.End);
    }

    private sealed class Ends(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
