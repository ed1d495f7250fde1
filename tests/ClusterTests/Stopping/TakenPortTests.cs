using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using OrleansInference.Cluster.Programs;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Models;
using OrleansInference.Silo.Hosting;
using OrleansInference.Silo.LocalCluster;
using OrleansInference.Silo.Settings;
using OrleansInference.Silo.Storage;

namespace OrleansInference.ClusterTests.Stopping;

/// <summary>Ports that somebody else listens on.</summary>
[Collection(PostgresTests.Name)]
public sealed class TakenPortTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    [Theory]
    [InlineData("--port", "HTTP")]
    [InlineData("--silo-port", "other nodes")]
    [InlineData("--link-port", "links of other nodes")]
    [InlineData("--gateway-port", "Orleans clients")]
    public async Task A_port_that_is_taken_ends_the_node_with_one_line_that_names_it_and_its_option(string option, string purpose)
    {
        using TcpListener taken = Take(FreePorts.FindForLater(1)[0]);
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using NodeProgram node = new([.. option == "--port" ? (string[])[] : ["--port", "0"], option, Text(port)]);
        (int code, string[] errors) = await node.EndsAsync();
        Assert.Equal(ExitCode.PortTaken, code);
        Assert.StartsWith($"Port {port} for {purpose} ({option}) is in use: ", Assert.Single(errors), StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("--port", "HTTP")]
    [InlineData("--silo-port", "other nodes")]
    [InlineData("--gateway-port", "Orleans clients")]
    public async Task A_port_that_is_taken_after_it_was_found_free_ends_the_node_in_the_same_way(string option, string purpose)
    {
        int port = FreePorts.FindForLater(1)[0];

        // The node looks for its ports first and for its database then, which answers when the port is taken.
        using TcpRelay database = new(IPAddress.Loopback, postgres.Local.Port, open: false);
        PostgresOptions options = postgres.Options();
        string connection = new NpgsqlConnectionStringBuilder(options.ConnectionString) { Host = "127.0.0.1", Port = database.Endpoint.Port }.ConnectionString;
        using NodeProgram node = new([.. option == "--port" ? (string[])[] : ["--port", "0"], option, Text(port), "--threads", "1", "--postgres", connection, "--cluster-id", options.ClusterId]);
        await database.Asked.WaitAsync(Timeout);
        using TcpListener taken = Take(port);
        database.Open();
        (int code, string[] errors) = await node.EndsAsync();
        Assert.Equal(ExitCode.PortTaken, code);
        Assert.StartsWith($"Port {port} for {purpose} ({option}) is in use: ", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)] // of the silo
    [InlineData(1)] // of links
    public async Task A_port_that_the_node_chose_and_that_is_taken_meanwhile_is_chosen_again(int which)
    {
        NodeOptions options = new() { Http = new() { Port = 0 }, Compute = new() { Threads = 1 } };
        List<TcpListener> taken = [];
        int found = 0;
        await using (SiloNode node = await SiloNode.StartAsync(options.Resolve(), findPort: Find))
        {
            Assert.Equal(4, found);
            using HttpClient http = new();
            Assert.True((await http.GetAsync(new Uri(node.Url + "/alive"))).IsSuccessStatusCode);
        }

        taken.ForEach(static listener => listener.Dispose());

        int Find()
        {
            int port = FreePorts.Find();
            if (found++ == which)
            {
                taken.Add(Take(port));
            }

            return port;
        }
    }

    [Fact]
    public async Task A_node_whose_port_is_taken_before_it_has_served_is_not_started_again()
    {
        using TcpListener taken = Take(FreePorts.FindForLater(1)[0]);
        NodeProcess node = new("node-1", ["--port", Text(((IPEndPoint)taken.LocalEndpoint).Port)]);
        await node.Ended.WaitAsync(Timeout);
        Assert.Equal(ExitCode.PortTaken, node.ExitCode);
        await Assert.ThrowsAsync<InferenceException>(() => node.Url);
    }

    private static TcpListener Take(int port)
    {
        TcpListener listener = new(IPAddress.Any, port);
        listener.Start();
        return listener;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
