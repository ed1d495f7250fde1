using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;

namespace OrleansInference.Grains.Links;

/// <summary>How the sockets of links are set, and end.</summary>
internal static class LinkSockets
{
    private const int TcpUserTimeout = 18; // Linux: milliseconds that sent bytes may go without an acknowledgement
    private const int Unacknowledged = 3000;
    private const int BufferBytes = 1 << 20;

    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(3);

    public static void Tune(Socket socket)
    {
        socket.NoDelay = true;
        socket.SendBufferSize = BufferBytes;
        socket.ReceiveBufferSize = BufferBytes;

        // A link over a network that is gone shall break, not wait for it with what is old by then.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 2);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 1);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption((int)ProtocolType.Tcp, TcpUserTimeout, BitConverter.GetBytes(Unacknowledged));
        }
    }

    /// <summary>Ends the connection if the link is not open in time, whatever the other end sends; disposed when it is.</summary>
    public static Timer Limit(Socket socket) => new(static socket => ((Socket)socket!).Dispose(), socket, HandshakeTimeout, Timeout.InfiniteTimeSpan);

    /// <returns>Whether it is what connections end with, or those that speak TLS.</returns>
    public static bool Ends(Exception error) => error is IOException or SocketException or ObjectDisposedException or AuthenticationException or CryptographicException;
}
