using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansInference.Cluster.Programs;
using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Silo.Failures;
using OrleansInference.Silo.Storage;

namespace OrleansInference.ClusterTests.Failures;

[Collection(PostgresTests.Name)]
public sealed class StaleMemberSweeperTests(PostgresFixture postgres)
{
    private static readonly TimeSpan SignOfLifeInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    [SkippableFact]
    public async Task A_silo_that_is_silent_and_gives_no_sign_of_life_is_declared_dead_whatever_its_clock_said_and_no_other()
    {
        PostgresOptions options = postgres.Options();
        await using PostgresClusterStore store = await PostgresFixture.OpenAsync(options);
        using TcpListener accepts = new(IPAddress.Loopback, 0);
        accepts.Start();
        using SilentPort silent = await SilentPort.OpenAsync();
        using SilentPort parted = await SilentPort.OpenAsync();
        await postgres.SayAliveAsync(options.ClusterId, silent.Port);
        await postgres.SayAliveAsync(options.ClusterId, parted.Port);
        await postgres.SayAliveAsync(options.ClusterId, ((IPEndPoint)accepts.LocalEndpoint).Port);
        DateTime end = DateTime.UtcNow + Timeout;
        await using (StaleMemberSweeper.Watch(store.Members, SignOfLifeInterval, NullLogger.Instance))
        {
            while ((await store.Members.ActiveAsync()).Any(silo => silo.Endpoint.Port == silent.Port))
            {
                Assert.True(DateTime.UtcNow < end, $"Waited {Timeout} for the silent silo to be declared dead.");
                await postgres.SayAliveAsync(options.ClusterId, parted.Port);
                await Task.Delay(TimeSpan.FromMilliseconds(50));
            }
        }

        Assert.Equal(2, (await store.Members.ActiveAsync()).Count);
    }

    [SkippableFact]
    public async Task A_silo_that_refuses_connections_here_is_declared_dead_only_when_it_gives_no_sign_of_life()
    {
        PostgresOptions options = postgres.Options();
        await using PostgresClusterStore store = await PostgresFixture.OpenAsync(options);
        int[] refusing = FreePorts.Find(2);
        await postgres.SayAliveAsync(options.ClusterId, refusing[0]);
        await postgres.SayAliveAsync(options.ClusterId, refusing[1]);
        DateTime end = DateTime.UtcNow + Timeout;
        await using (StaleMemberSweeper.Watch(store.Members, SignOfLifeInterval, NullLogger.Instance))
        {
            while ((await store.Members.ActiveAsync()).Any(silo => silo.Endpoint.Port == refusing[0]))
            {
                Assert.True(DateTime.UtcNow < end, $"Waited {Timeout} for the silo without signs of life to be declared dead.");
                await postgres.SayAliveAsync(options.ClusterId, refusing[1]);
                await Task.Delay(TimeSpan.FromMilliseconds(50));
            }
        }

        Assert.Equal(refusing[1], Assert.Single(await store.Members.ActiveAsync()).Endpoint.Port);
    }

    /// <summary>A port that neither takes connections nor refuses them: of those that may wait there is one already.</summary>
    private sealed class SilentPort : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly Socket _waiting = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        public int Port { get; private set; }

        public static async Task<SilentPort> OpenAsync()
        {
            SilentPort port = new();
            port._listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            port._listener.Listen(0);
            port.Port = ((IPEndPoint)port._listener.LocalEndPoint!).Port;
            await port._waiting.ConnectAsync(IPAddress.Loopback, port.Port);
            return port;
        }

        public void Dispose()
        {
            _waiting.Dispose();
            _listener.Dispose();
        }
    }
}
