using System.Net;
using System.Net.Sockets;

namespace OrleansInference.Silo.Failures;

/// <summary>Whether a silo's port refuses connections: then it has no process any more. One that is slow, frozen or cut off does not refuse.</summary>
internal static class PortProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BetweenDials = TimeSpan.FromMilliseconds(15);

    /// <summary>Asks twice.</summary>
    public static async Task<bool> RefusesAsync(IPEndPoint endpoint)
    {
        if (!await RefusesOnceAsync(endpoint))
        {
            return false;
        }

        await Task.Delay(BetweenDials);
        return await RefusesOnceAsync(endpoint);
    }

    private static async Task<bool> RefusesOnceAsync(IPEndPoint endpoint)
    {
        using Socket socket = new(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using CancellationTokenSource limit = new(Patience);
        try
        {
            await socket.ConnectAsync(endpoint, limit.Token);
            return false;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode == SocketError.ConnectionRefused;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
