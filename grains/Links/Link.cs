using System.Net;
using System.Net.Sockets;

namespace OrleansInference.Grains.Links;

/// <summary>
/// Connection to another node for outbound messages. A small frame is sent on the sender's thread if the connection accepts it immediately. All other frames are sent on the link's own
/// thread, so that no sender waits for another node. The frames of a broken link are lost.
/// </summary>
/// <param name="from">Number of this node's gateway.</param>
/// <param name="to">Number of the other node's gateway.</param>
/// <param name="endpoint">Address of the other node's listener.</param>
/// <param name="key">Key of the other node.</param>
/// <param name="tls">TLS of the connection; null for plain TCP.</param>
public sealed class Link(int from, int to, IPEndPoint endpoint, byte[] key, LinkTls? tls) : IDisposable
{
    private const long WaitingBytes = 256 << 20; // limit of the waiting bytes; a larger frame is accepted if none waits
    private const int PollMicroseconds = 200_000;

    private static readonly TimeSpan Connecting = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Stuck = TimeSpan.FromSeconds(5);

    private readonly object _lock = new(); // pulsed when the link's thread has work
    private readonly FrameBuffer _urgent = new(); // frames that are sent on their sender's thread
    private readonly Queue<(MessageBatch MessageBatch, int Bytes)> _waiting = new();
    private readonly Socket _socket = new(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
    private long _waitingBytes;
    private LinkSeal? _seal; // null: plain TCP
    private ReadOnlyMemory<byte> _rest; // unsent rest of a small frame
    private bool _busy; // the link's thread is sending
    private volatile LinkState _state;

    public LinkState State => _state;

    /// <summary>Starts the link's thread, which connects.</summary>
    public void Start() => new Thread(Run) { IsBackground = true, Name = $"Link to {to}" }.Start();

    /// <summary>Sends a batch, or queues it.</summary>
    /// <param name="batch">Batch to send.</param>
    /// <param name="bytes">Approximate size of the batch.</param>
    /// <returns>Whether the batch was accepted. An accepted batch can still be lost with the link.</returns>
    public bool TrySend(MessageBatch batch, int bytes)
    {
        lock (_lock)
        {
            if (_state != LinkState.Open || (_waitingBytes > 0 && _waitingBytes + bytes > WaitingBytes))
            {
                return false;
            }

            if (bytes <= PeerLinks.MaxUrgentBytes && !_busy && _rest.IsEmpty && _waiting.Count == 0)
            {
                _urgent.Fill(batch);
                ReadOnlyMemory<byte> frame = _seal is null ? _urgent.Memory : _seal.Seal(_urgent.Written);
                int sent = SendSome(frame.Span);
                if (sent == frame.Length)
                {
                    return true;
                }

                if (_state != LinkState.Open)
                {
                    return false;
                }

                _rest = frame[sent..];
                Monitor.Pulse(_lock);
                return true;
            }

            _waiting.Enqueue((batch, bytes));
            _waitingBytes += bytes;
            Monitor.Pulse(_lock);
            return true;
        }
    }

    public void Dispose() => Break();

    private void Run()
    {
        if (Connect())
        {
            SendWaiting();
        }

        Break();
        lock (_lock)
        {
            _seal?.Dispose();
        }
    }

    private void SendWaiting()
    {
        FrameBuffer frame = new();
        bool sent = true;
        while (sent && Take(out ReadOnlyMemory<byte> rest, out MessageBatch? batch))
        {
            sent = SendAll(rest.Span);
            if (sent && batch is not null)
            {
                frame.Fill(batch);
                sent = SendFrame(frame.Written);
                frame.Release();
            }
        }
    }

    private bool Connect()
    {
        try
        {
            LinkSockets.Tune(_socket);
            if (!_socket.ConnectAsync(endpoint).Wait(Connecting) || !Authenticate())
            {
                return false;
            }

            _socket.Blocking = false;
            lock (_lock)
            {
                if (_state == LinkState.Connecting)
                {
                    _state = LinkState.Open;
                }
            }

            return _state == LinkState.Open;
        }
        catch (Exception error) when (error is AggregateException || LinkSockets.Ends(error))
        {
            return false;
        }
    }

    private bool Authenticate()
    {
        using Timer limit = LinkSockets.Limit(_socket);
        if (tls is null)
        {
            using NetworkStream stream = new(_socket);
            return LinkHandshake.Call(stream, key, from, to);
        }

        _seal = new LinkSeal(_socket);
        return LinkHandshake.Call(_seal.Call(tls), key, from, to);
    }

    /// <summary>Waits until the link's thread has data to send.</summary>
    private bool Take(out ReadOnlyMemory<byte> rest, out MessageBatch? batch)
    {
        lock (_lock)
        {
            if (_busy)
            {
                _busy = false;
                _rest = default;
            }

            while (_state == LinkState.Open && _rest.IsEmpty && _waiting.Count == 0)
            {
                Monitor.Wait(_lock);
            }

            _busy = true;
            (rest, batch) = (_rest, null);
            if (rest.IsEmpty && _waiting.TryDequeue(out var next))
            {
                batch = next.MessageBatch;
                _waitingBytes -= next.Bytes;
            }

            return _state == LinkState.Open;
        }
    }

    private bool SendFrame(ReadOnlySpan<byte> frame)
    {
        if (_seal is null)
        {
            return SendAll(frame);
        }

        bool sent = true;
        while (sent && !frame.IsEmpty)
        {
            int part = Math.Min(frame.Length, LinkSeal.MaxPartBytes);
            sent = SendAll(_seal.Seal(frame[..part]).Span);
            frame = frame[part..];
        }

        return sent;
    }

    private bool SendAll(ReadOnlySpan<byte> bytes)
    {
        long progressed = Environment.TickCount64;
        while (!bytes.IsEmpty)
        {
            int sent = SendSome(bytes);
            if (_state != LinkState.Open)
            {
                return false;
            }

            if (sent > 0)
            {
                bytes = bytes[sent..];
                progressed = Environment.TickCount64;
            }
            else if (Environment.TickCount64 - progressed > Stuck.TotalMilliseconds)
            {
                return false;
            }
            else
            {
                WaitForRoom();
            }
        }

        return true;
    }

    private void WaitForRoom()
    {
        try
        {
            _socket.Poll(PollMicroseconds, SelectMode.SelectWrite);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            Break();
        }
    }

    /// <summary>Sends as many bytes as the connection accepts without blocking.</summary>
    /// <returns>Number of bytes sent; 0 also if the link breaks.</returns>
    private int SendSome(ReadOnlySpan<byte> bytes)
    {
        try
        {
            int sent = _socket.Send(bytes, SocketFlags.None, out SocketError error);
            if (error is not (SocketError.Success or SocketError.WouldBlock))
            {
                Break();
            }

            return error == SocketError.Success ? sent : 0;
        }
        catch (ObjectDisposedException)
        {
            Break();
            return 0;
        }
    }

    private void Break()
    {
        lock (_lock)
        {
            _state = LinkState.Broken;
            _waiting.Clear();
            _waitingBytes = 0;
            Monitor.PulseAll(_lock);
        }

        _socket.Dispose();
    }
}
