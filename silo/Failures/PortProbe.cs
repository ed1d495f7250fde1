using System.Net;
using System.Net.Sockets;

namespace OrleansInference.Silo.Failures;

/// <summary>
/// Probes a silo's port. If a port refuses connections, its process has ended. A silo that is slow, frozen or cut off does not refuse, nor does a silo whose machine is down.
/// </summary>
internal static class PortProbe
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BetweenDials = TimeSpan.FromMilliseconds(15);

    /// <summary>Returns whether the port refuses two consecutive connections.</summary>
    public static async Task<bool> RefusesAsync(IPEndPoint endpoint)
    {
        if (await DialAsync(endpoint) != SocketError.ConnectionRefused)
        {
            return false;
        }

        await Task.Delay(BetweenDials);
        return await DialAsync(endpoint) == SocketError.ConnectionRefused;
    }

    /// <summary>Returns whether the port accepts a connection.</summary>
    public static async Task<bool> AcceptsAsync(IPEndPoint endpoint) => await DialAsync(endpoint) == SocketError.Success;

    private static async Task<SocketError> DialAsync(IPEndPoint endpoint)
    {
        using Socket socket = new(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using CancellationTokenSource limit = new(Timeout);
        try
        {
            await socket.ConnectAsync(endpoint, limit.Token);
            return SocketError.Success;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode;
        }
        catch (OperationCanceledException)
        {
            return SocketError.TimedOut;
        }
    }
}
