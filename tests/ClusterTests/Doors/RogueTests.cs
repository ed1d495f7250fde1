using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using OrleansInference.Cluster.Programs;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.ClusterTests.Stopping;
using OrleansInference.Grains.Access;

namespace OrleansInference.ClusterTests.Doors;

/// <summary>Ports of a node that let nobody in who does not know the cluster's secret.</summary>
public sealed class RogueTests
{
    private const string ClusterId = "inference";
    private const string Secret = "the secret of this cluster";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_silo_without_the_secret_does_not_join_a_node_that_was_given_none()
    {
        int port = FreePorts.FindForLater(1)[0];
        using NodeProgram node = Start(port);
        string url = await node.ServesAsync();
        await using RogueSilo rogue = new(ClusterId, new IPEndPoint(IPAddress.Loopback, port));
        Task refused = node.SaysAsync("A connection from 127.0.0.1 to a port of the cluster was refused");
        await Task.WhenAny(refused, rogue.Started);
        Assert.False(rogue.Joined);
        await refused;
        using HttpClient http = new();
        JsonElement view = JsonElement.Parse(await http.GetStringAsync(new Uri(url + "/admin/cluster")));
        Assert.Equal(1, view.GetProperty("nodes").GetArrayLength());
    }

    [Fact]
    public async Task The_gateway_lets_clients_in_that_know_the_secret_and_no_others()
    {
        int gateway = FreePorts.FindForLater(1)[0];
        using NodeProgram node = Start(FreePorts.FindForLater(1)[0], ["--gateway-port", Text(gateway)], Secret);
        await node.ServesAsync();
        using IHost stranger = Client(gateway, null);
        using CancellationTokenSource end = new();
        Task starting = stranger.StartAsync(end.Token);
        Task refused = node.SaysAsync("A connection from 127.0.0.1 to a port of the cluster was refused");
        await Task.WhenAny(refused, starting);
        Assert.False(starting.IsCompletedSuccessfully);
        await refused;

        // The stranger tries again all the while.
        using IHost member = Client(gateway, Secret);
        await member.StartAsync().WaitAsync(Limit);
        Assert.False(starting.IsCompletedSuccessfully);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => starting.WaitAsync(Limit));
        await member.StopAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stray_connections_end_neither_loop_that_accepts(bool atGateway)
    {
        int port = FreePorts.FindForLater(1)[0];
        int gateway = FreePorts.FindForLater(1)[0];
        using NodeProgram node = Start(port, ["--gateway-port", Text(gateway)], Secret);
        await node.ServesAsync();
        int door = atGateway ? gateway : port;
        for (int i = 0; i < 20; i++)
        {
            await StrayAsync(door, default); // connects and closes
            await StrayAsync(door, new byte[1 + (i * 200)]);
            await StrayAsync(door, ClusterHandshake.Hello().AsMemory(0, i));
            await StrayAsync(door, ClusterHandshake.Hello(), reset: true);
        }

        using TcpClient member = new();
        await member.ConnectAsync(IPAddress.Loopback, door);
        Duplex transport = new(PipeReader.Create(member.GetStream()), PipeWriter.Create(member.GetStream()));
        ClusterKey key = new(ClusterId, Encoding.UTF8.GetBytes(Secret));
        using CancellationTokenSource limit = new(Limit);
        Assert.Equal(HandshakeResult.Proved, await ClusterHandshake.CallAsync(transport, key, atGateway ? ClusterPort.Gateway : ClusterPort.Silo, limit.Token));
    }

    [Fact]
    public async Task A_node_listens_on_loopback_alone_and_has_no_gateway_unless_configured()
    {
        using NodeProgram node = Start(FreePorts.FindForLater(1)[0]);
        await node.ServesAsync();
        IPEndPoint[] listening = ListeningSockets.Of(node.Id);
        Assert.Equal(3, listening.Length); // HTTP, other nodes, their links
        Assert.All(listening, static endpoint => Assert.Equal(IPAddress.Loopback, endpoint.Address));
    }

    [SkippableFact]
    public async Task From_another_network_a_node_with_its_defaults_cannot_be_reached_though_it_serves_there()
    {
        await using TestNetwork network = await TestNetwork.CreateAsync(1);
        int[] ports = FreePorts.FindForLater(3);
        using NodeProgram node = NodeProgram.Launched(
            network.LauncherOf(1), [], "--host", "*", "--threads", "1", "--port", Text(ports[0]), "--silo-port", Text(ports[1]), "--link-port", Text(ports[2]));
        await node.ServesAsync();
        Assert.True(await TakesAsync(network.AddressOf(1), ports[0]));
        Assert.False(await TakesAsync(network.AddressOf(1), ports[1]));
        Assert.False(await TakesAsync(network.AddressOf(1), ports[2]));
    }

    private static NodeProgram Start(int siloPort, string[]? settings = null, string? secret = null) => NodeProgram.With(
        secret is null ? [] : new() { ["ORLEANS_INFERENCE_CLUSTER_SECRET"] = secret }, [.. settings ?? [], "--port", "0", "--threads", "1", "--silo-port", Text(siloPort)]);

    private static IHost Client(int gateway, string? secret)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(static cluster => (cluster.ClusterId, cluster.ServiceId) = (ClusterId, "orleans-inference"));
            client.UseStaticClustering(new IPEndPoint(IPAddress.Loopback, gateway));
            if (secret is not null)
            {
                client.UseClusterSecret(ClusterId, secret);
            }
        });
        return builder.Build();
    }

    private static async Task StrayAsync(int port, ReadOnlyMemory<byte> bytes, bool reset = false)
    {
        using TcpClient stray = new() { LingerState = new LingerOption(reset, 0) };
        await stray.ConnectAsync(IPAddress.Loopback, port);
        await stray.GetStream().WriteAsync(bytes);
    }

    private static async Task<bool> TakesAsync(string address, int port)
    {
        using TcpClient client = new();
        try
        {
            await client.ConnectAsync(IPAddress.Parse(address), port);
            return true;
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return false;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
