using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using OrleansInference.Serving.Hosting;

namespace OrleansInference.Silo.Hosting;

/// <summary>
/// The ports of a node: those that its options name, and ones that are free where they name none. Somebody else may take one between that it was found free and that the node listens there; then it is found
/// out again which it was, and the node says so, or begins anew with another where it had chosen it by itself.
/// </summary>
internal sealed class NodePorts
{
    private readonly IPAddress _address;

    private NodePorts(SiloOptions options, Func<int> find)
    {
        _address = options.Address;
        Http = new NodePort(SettingName.Switch(nameof(options.Port)), options.Port, true, "HTTP");
        Silo = Choose(nameof(options.SiloPort), options.SiloPort, "other nodes", find);
        Link = options.Links == "on" ? Choose(nameof(options.LinkPort), options.LinkPort, "links of other nodes", find) : null;
        Gateway = new NodePort(SettingName.Switch(nameof(options.GatewayPort)), options.GatewayPort, true, "Orleans clients", "none");
    }

    public NodePort Http { get; }

    public NodePort Silo { get; }

    /// <summary>Null for none.</summary>
    public NodePort? Link { get; }

    public NodePort Gateway { get; }

    /// <param name="options">Of the node.</param>
    /// <param name="find">Finds a port that is free.</param>
    /// <exception cref="PortTakenException">One that the options name is not free.</exception>
    public static NodePorts Choose(SiloOptions options, Func<int> find)
    {
        NodePorts ports = new(options, find);
        return ports.Taken(static port => port.IsGiven) is { } taken ? throw new PortTakenException(taken) : ports;
    }

    /// <summary>Looks again: the host listens for HTTP last, when the node has joined the cluster, which it would have to leave then.</summary>
    /// <exception cref="PortTakenException">The port of HTTP is not free.</exception>
    public void RequireHttp()
    {
        if (!IsFreeForHttp())
        {
            throw new PortTakenException(Http);
        }
    }

    /// <summary>Which port a start has failed for, once nothing of it listens any more.</summary>
    /// <param name="failure">What the start failed with, which is of a port.</param>
    /// <returns>Null where nobody has it any more.</returns>
    public NodePort? TakenFor(Exception failure) => failure is IOException ? Http : Taken(static _ => true);

    /// <summary>Whether a start has failed because a port was taken.</summary>
    public static bool IsOfAPort(Exception? failure) => failure switch
    {
        null => false,
        SocketException socket => socket.SocketErrorCode == SocketError.AddressAlreadyInUse,
        AddressInUseException => true,
        AggregateException several => several.InnerExceptions.Any(IsOfAPort),
        _ => IsOfAPort(failure.InnerException),
    };

    private static NodePort Choose(string key, int port, string purpose, Func<int> find) =>
        new(SettingName.Switch(key), port == 0 ? find() : port, port != 0, purpose);

    private NodePort? Taken(Func<NodePort, bool> among) =>
        new[] { Silo, Link, Gateway }.FirstOrDefault(port => port is { Number: not 0 } && among(port) && !FreePorts.IsFree(port.Number))
        ?? (IsFreeForHttp() ? null : Http);

    /// <summary>At its own address: what listens at another one is not in its way.</summary>
    private bool IsFreeForHttp()
    {
        try
        {
            using TcpListener probe = new(_address, Http.Number);
            probe.Start();
            return true;
        }
        catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
        catch (SocketException)
        {
            return true; // whatever is in the way, it is not that the port is taken
        }
    }
}
