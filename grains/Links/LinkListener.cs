using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace OrleansInference.Grains.Links;

/// <summary>Accepts the connections that other nodes open to this one. A thread reads each connection.</summary>
internal sealed class LinkListener : IDisposable
{
    private const int MaxPendingHandshakes = 32; // limit of callers that have not completed the handshake

    private readonly int _self;
    private readonly LinkTls? _tls;
    private readonly Action<MessageBatch> _take;
    private readonly Socket _listener;
    private readonly HashSet<Socket> _sockets = []; // guarded by a lock on the set itself
    private int _pendingHandshakes;

    /// <param name="self">Number of this node's gateway.</param>
    /// <param name="address">Address to listen on.</param>
    /// <param name="port">Port to listen on; 0: any free port.</param>
    /// <param name="tls">TLS that callers have to use; null for plain TCP.</param>
    /// <param name="take">Receives each batch, on the connections' threads.</param>
    /// <exception cref="SocketException">The port is in use.</exception>
    public LinkListener(int self, IPAddress address, int port, LinkTls? tls, Action<MessageBatch> take)
    {
        _self = self;
        _tls = tls;
        _take = take;
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(address, port));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
    }

    public int Port { get; }

    /// <summary>Key that callers need.</summary>
    public byte[] Key { get; } = RandomNumberGenerator.GetBytes(LinkHandshake.KeyBytes);

    public void Start() => new Thread(Accept) { IsBackground = true, Name = "Links" }.Start();

    public void Dispose()
    {
        _listener.Dispose();
        lock (_sockets)
        {
            foreach (Socket socket in _sockets)
            {
                socket.Dispose();
            }
        }
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                Socket socket = _listener.Accept();
                if (Interlocked.Increment(ref _pendingHandshakes) > MaxPendingHandshakes)
                {
                    Interlocked.Decrement(ref _pendingHandshakes);
                    socket.Dispose();
                    continue;
                }

                lock (_sockets)
                {
                    _sockets.Add(socket);
                }

                new Thread(() => Read(socket)) { IsBackground = true, Name = "Link" }.Start();
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The node stops.
        }
    }

    private void Read(Socket socket)
    {
        try
        {
            using NetworkStream plain = new(socket);
            using SslStream? secured = _tls is null ? null : new SslStream(plain);
            if (Authenticates(socket, plain, secured))
            {
                new LinkReader(secured ?? (Stream)plain, _take).Run();
            }
        }
        catch (Exception error) when (LinkSockets.Ends(error))
        {
            // The sender repeats the messages in transit.
        }
        finally
        {
            lock (_sockets)
            {
                _sockets.Remove(socket);
            }

            socket.Dispose();
        }
    }

    private bool Authenticates(Socket socket, NetworkStream plain, SslStream? secured)
    {
        using Timer limit = LinkSockets.Limit(socket);
        try
        {
            LinkSockets.Tune(socket);
            if (secured is not null)
            {
                _tls!.Answer(secured);
            }

            return LinkHandshake.Answer(secured ?? (Stream)plain, Key, _self);
        }
        finally
        {
            Interlocked.Decrement(ref _pendingHandshakes);
        }
    }
}
