using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using OrleansInference.Engine;

namespace OrleansInference.Grains.Access;

/// <summary>Middleware of Orleans' connections that admits only peers that prove knowledge of the cluster's key. See <see cref="ClusterHandshake"/>.</summary>
/// <param name="key">Key of the cluster.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Receives a line for each address that is refused, at most once a minute.</param>
public sealed partial class ClusterGate(ClusterKey key, TimeProvider time, ILogger<ClusterGate> logger)
{
    private const int MaxPendingHandshakes = 256; // limit of connections that have not completed the handshake

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time = time;
    private readonly RareEvents<string> _refusals = new(time);
    private int _pendingHandshakes;

    /// <summary>
    /// Returns the outermost middleware of incoming connections. It limits the number and the duration of unfinished handshakes. <see cref="Answer"/> releases the connections.
    /// </summary>
    public ConnectionDelegate Limit(ConnectionDelegate next) => async connection =>
    {
        if (Interlocked.Increment(ref _pendingHandshakes) > MaxPendingHandshakes)
        {
            Interlocked.Decrement(ref _pendingHandshakes);
            connection.Abort(new ConnectionAbortedException("Too many connections wait for their handshake."));
            return;
        }

        PendingHandshake pending = new(this, connection);
        connection.Features.Set(pending);
        try
        {
            await next(connection);
        }
        finally
        {
            pending.Release();
        }
    };

    /// <summary>Returns the innermost middleware of incoming connections, which calls Orleans' own handler only after the handshake.</summary>
    public Func<ConnectionDelegate, ConnectionDelegate> Answer(ClusterPort port) => next => async connection =>
    {
        HandshakeResult result = await WithinAsync(connection, cancellation => ClusterHandshake.AnswerAsync(connection.Transport, key, port, cancellation));
        if (result == HandshakeResult.Proved)
        {
            connection.Features.Get<PendingHandshake>()?.Release();
            await next(connection);
            return;
        }

        if (result == HandshakeResult.Refused && _refusals.Admits($"from {AddressOf(connection)}"))
        {
            Refused(AddressOf(connection));
        }

        connection.Abort(new ConnectionAbortedException("The caller did not prove that it knows the cluster's secret."));
    };

    /// <summary>Returns the innermost middleware of outgoing connections.</summary>
    public Func<ConnectionDelegate, ConnectionDelegate> Call(ClusterPort port) => next => async connection =>
    {
        HandshakeResult result = await WithinAsync(connection, cancellation => ClusterHandshake.CallAsync(connection.Transport, key, port, cancellation));
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
            return HandshakeResult.Ended; // the peer disconnected, or is too slow
        }
    }

    private static string AddressOf(ConnectionContext connection) => connection.RemoteEndPoint is IPEndPoint remote ? remote.Address.ToString() : "an unknown address";

    [LoggerMessage(LogLevel.Warning, "A connection from {Address} to a port of the cluster was refused: the caller did not prove that it knows the cluster's secret. All nodes of a cluster need the same ClusterSecret.")]
    private partial void Refused(string address);

    [LoggerMessage(LogLevel.Warning, "The node at {Endpoint} refused this node, or did not prove that it knows the cluster's secret. All nodes of a cluster need the same ClusterSecret.")]
    private partial void NotAnswered(EndPoint? endpoint);

    /// <summary>Connection that has not completed the handshake. It is aborted when its time limit expires.</summary>
    private sealed class PendingHandshake
    {
        private readonly ClusterGate _gate;
        private readonly ITimer _limit;
        private int _released;

        public PendingHandshake(ClusterGate gate, ConnectionContext connection)
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
                Interlocked.Decrement(ref _gate._pendingHandshakes);
            }
        }
    }
}
