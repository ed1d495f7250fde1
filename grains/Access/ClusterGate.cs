using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using OrleansInference.Engine;

namespace OrleansInference.Grains.Access;

/// <summary>Middleware of Orleans' connections that lets nobody speak to Orleans who has not proved to know the cluster's key, see <see cref="ClusterHandshake"/>.</summary>
/// <param name="key">Of the cluster.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Receives a line for each address that is refused, at most once a minute.</param>
internal sealed partial class ClusterGate(ClusterKey key, TimeProvider time, ILogger<ClusterGate> logger)
{
    private const int MaxStrangers = 256; // connections that have proved nothing yet

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time = time;
    private readonly RareEvents<string> _refusals = new(time);
    private int _strangers;

    /// <summary>Outermost middleware of connections from others: bounds how many have not proved anything, and for how long. <see cref="Answer"/> releases them.</summary>
    public ConnectionDelegate Limit(ConnectionDelegate next) => async connection =>
    {
        if (Interlocked.Increment(ref _strangers) > MaxStrangers)
        {
            Interlocked.Decrement(ref _strangers);
            connection.Abort(new ConnectionAbortedException("Too many connections wait for their handshake."));
            return;
        }

        Stranger stranger = new(this, connection);
        connection.Features.Set(stranger);
        try
        {
            await next(connection);
        }
        finally
        {
            stranger.Release();
        }
    };

    /// <summary>Innermost middleware of connections from others: Orleans' own handler is called only after the handshake.</summary>
    public Func<ConnectionDelegate, ConnectionDelegate> Answer(ClusterDoor door) => next => async connection =>
    {
        HandshakeResult result = await WithinAsync(connection, cancellation => ClusterHandshake.AnswerAsync(connection.Transport, key, door, cancellation));
        if (result == HandshakeResult.Proved)
        {
            connection.Features.Get<Stranger>()?.Release();
            await next(connection);
            return;
        }

        if (result == HandshakeResult.Refused && _refusals.Admits($"from {AddressOf(connection)}"))
        {
            Refused(AddressOf(connection));
        }

        connection.Abort(new ConnectionAbortedException("The caller did not prove that it knows the cluster's secret."));
    };

    /// <summary>Innermost middleware of connections to others.</summary>
    public Func<ConnectionDelegate, ConnectionDelegate> Call(ClusterDoor door) => next => async connection =>
    {
        HandshakeResult result = await WithinAsync(connection, cancellation => ClusterHandshake.CallAsync(connection.Transport, key, door, cancellation));
        if (result == HandshakeResult.Proved)
        {
            await next(connection);
            return;
        }

        if (result == HandshakeResult.Refused && _refusals.Admits($"to {connection.RemoteEndPoint}"))
        {
            NotAnswered(connection.RemoteEndPoint);
        }

        throw new ConnectionAbortedException("The other node did not prove that it knows the cluster's secret.");
    };

    private static async Task<HandshakeResult> WithinAsync(ConnectionContext connection, Func<CancellationToken, Task<HandshakeResult>> handshake)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        limit.CancelAfter(Timeout);
        try
        {
            return await handshake(limit.Token);
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException or InvalidOperationException)
        {
            return HandshakeResult.Ended; // the other end is gone, or too slow
        }
    }

    private static string AddressOf(ConnectionContext connection) => connection.RemoteEndPoint is IPEndPoint remote ? remote.Address.ToString() : "an unknown address";

    [LoggerMessage(LogLevel.Warning, "A connection from {Address} to a port of the cluster is refused: the caller did not prove that it knows the cluster's secret. A node of this cluster needs the same ClusterSecret.")]
    private partial void Refused(string address);

    [LoggerMessage(LogLevel.Warning, "The node at {Endpoint} refuses this one, or did not prove that it knows the cluster's secret; all nodes of a cluster need the same ClusterSecret.")]
    private partial void NotAnswered(EndPoint? endpoint);

    /// <summary>Connection that has not proved anything yet; it is aborted when its time is over.</summary>
    private sealed class Stranger
    {
        private readonly ClusterGate _gate;
        private readonly ITimer _limit;
        private int _released;

        public Stranger(ClusterGate gate, ConnectionContext connection)
        {
            _gate = gate;
            _limit = gate._time.CreateTimer(
                static connection => ((ConnectionContext)connection!).Abort(new ConnectionAbortedException("The handshake took too long.")), connection, Timeout, System.Threading.Timeout.InfiniteTimeSpan);
        }

        public void Release()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
            {
                _limit.Dispose();
                Interlocked.Decrement(ref _gate._strangers);
            }
        }
    }
}
