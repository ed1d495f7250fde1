using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;

namespace OrleansInference.Grains.Links;

/// <summary>Options of the sockets of links, and the errors that end them.</summary>
internal static class LinkSockets
{
    private const int TcpUserTimeout = 18; // Linux: milliseconds for which sent bytes may remain unacknowledged
    private const int Unacknowledged = 3000;
    private const int BufferBytes = 1 << 20;

    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(3);

    public static void Tune(Socket socket)
    {
        socket.NoDelay = true;
        socket.SendBufferSize = BufferBytes;
        socket.ReceiveBufferSize = BufferBytes;

        // A link over a dead network must break: messages that waited for it would be outdated.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 2);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 1);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption((int)ProtocolType.Tcp, TcpUserTimeout, BitConverter.GetBytes(Unacknowledged));
        }
    }

    /// <summary>Closes the connection if the link is not open in time, regardless of the data that the other end sends. The caller disposes the timer when the link is open.</summary>
    public static Timer Limit(Socket socket) => new(static socket => ((Socket)socket!).Dispose(), socket, HandshakeTimeout, Timeout.InfiniteTimeSpan);

    /// <returns>Whether the exception is a normal end of a connection or TLS stream.</returns>
    public static bool Ends(Exception error) => error is IOException or SocketException or ObjectDisposedException or AuthenticationException or CryptographicException;
}
