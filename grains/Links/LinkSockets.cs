using System.Net.Sockets;

namespace OrleansInference.Grains.Links;

/// <summary>How the sockets of links are set, and read.</summary>
internal static class LinkSockets
{
    private const int TcpUserTimeout = 18; // Linux: milliseconds that sent bytes may go without an acknowledgement
    private const int Unacknowledged = 3000;
    private const int BufferBytes = 1 << 20;

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

    /// <summary>Receives until the bytes are full; the socket blocks.</summary>
    /// <returns>False when the connection ended before.</returns>
    public static bool Receive(Socket socket, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int count = socket.Receive(bytes);
            if (count == 0)
            {
                return false;
            }

            bytes = bytes[count..];
        }

        return true;
    }
}
