using System.Net;
using System.Net.Sockets;

namespace OrleansInference.ClusterTests.Nodes;

/// <summary>Takes connections at one address on to a port of the loopback address, at once or when it is opened.</summary>
internal sealed class TcpRelay : IDisposable
{
    private readonly TcpListener _listener;
    private readonly int _target;
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TcpRelay(IPAddress address, int target, bool open = true)
    {
        _target = target;
        if (open)
        {
            Open();
        }

        _listener = new TcpListener(address, 0);
        _listener.Start();
        _ = AcceptAsync();
    }

    public IPEndPoint Endpoint => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>Completes when somebody connects.</summary>
    public Task Asked => _asked.Task;

    /// <summary>From now on it carries what comes.</summary>
    public void Open() => _open.TrySetResult();

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = PumpAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task PumpAsync(TcpClient client)
    {
        using TcpClient from = client;
        using TcpClient to = new();
        try
        {
            _asked.TrySetResult();
            await _open.Task;
            await to.ConnectAsync(IPAddress.Loopback, _target);
            await Task.WhenAny(from.GetStream().CopyToAsync(to.GetStream()), to.GetStream().CopyToAsync(from.GetStream()));
        }
        catch (Exception broken) when (broken is SocketException or IOException)
        {
            // So is the other side, on return.
        }
    }
}
