using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using OrleansInference.Models;
using OrleansInference.Settings;
using OrleansInference.Silo.Settings;

namespace OrleansInference.Silo.Hosting;

/// <summary>
/// Ports of a node: those that its options name, and free ones otherwise. Another program may take a port before the node listens there. The node then
/// determines which port it was, and either reports it, or restarts with another one if it had chosen the port itself.
/// </summary>
internal sealed class NodePorts
{
    private readonly NodeOptions _options;

    private NodePorts(NodeOptions options, Func<int> find)
    {
        _options = options;
        Http = HttpPort(options.Http.Port);
        Silo = Choose(nameof(options.Member.SiloPort), options.Member.SiloPort, "other nodes", find);
        Link = options.Member.Links ? Choose(nameof(options.Member.LinkPort), options.Member.LinkPort, "links of other nodes", find) : null;
        Gateway = new NodePort(SettingName.Switch(nameof(options.Member.GatewayPort)), options.Member.GatewayPort, true, "Orleans clients", "none");
    }

    public NodePort Http { get; }

    public NodePort Silo { get; }

    /// <summary>Port of the links; null for none.</summary>
    public NodePort? Link { get; }

    public NodePort Gateway { get; }

    /// <param name="options">Options of the node.</param>
    /// <param name="find">Finds a free port.</param>
    /// <exception cref="PortTakenException">A port that the options name is not free.</exception>
    /// <exception cref="InferenceException">The node cannot listen at an address that the options name, or may not.</exception>
    public static NodePorts Choose(NodeOptions options, Func<int> find)
    {
        NodePorts ports = new(options, find);
        foreach (NodePort port in new[] { ports.Silo, ports.Link, ports.Gateway }.OfType<NodePort>().Where(static port => port.Number != 0))
        {
            ports.Require(port);
        }

        ports.RequireHttp();
        return ports;
    }

    /// <summary>Checks the HTTP port again. The host listens for HTTP last, when the node has joined the cluster, which it would then have to leave.</summary>
    /// <exception cref="PortTakenException">The port of HTTP is not free.</exception>
    /// <exception cref="InferenceException">The node cannot listen there.</exception>
    public void RequireHttp() => Require(Http, _options.Http.Host, nameof(_options.Http.Host));

    /// <summary>Describes the ports named by the options on which nodes of this machine cannot listen.</summary>
    public static IEnumerable<string> Problems(NodeOptions options)
    {
        NodePorts ports = new(options, static () => 0);
        IEnumerable<Action> checks =
        [
            () => RequireHttp(options, options.Nodes.Count),
            .. new[] { ports.Silo, ports.Link, ports.Gateway }.OfType<NodePort>().Where(static port => port.Number != 0).Select(port => (Action)(() => ports.Require(port))),
        ];
        foreach (Action check in checks)
        {
            string? problem = null;
            try
            {
                check();
            }
            catch (Exception error) when (error is PortTakenException or InferenceException)
            {
                problem = error.Message;
            }

            if (problem is not null)
            {
                yield return problem;
            }
        }
    }

    /// <summary>Checks that several nodes of this machine can listen for HTTP on consecutive ports.</summary>
    /// <exception cref="PortTakenException">A port is not free.</exception>
    /// <exception cref="InferenceException">A node cannot listen there.</exception>
    public static void RequireHttp(NodeOptions options, int nodes)
    {
        for (int i = 0; i < (options.Http.Port == 0 ? 1 : nodes); i++)
        {
            Require(HttpPort(options.Http.Port + i), options.Http.Host, nameof(options.Http.Host));
        }
    }

    /// <summary>Finds the port that made a start fail, after the failed start has closed its listeners.</summary>
    /// <param name="failure">Exception of the start; it must concern a port.</param>
    /// <returns>The port; null if no program uses it any more.</returns>
    public NodePort? TakenFor(Exception failure) => failure is IOException
        ? Http
        : new[] { Silo, Link, Gateway }.FirstOrDefault(port => port is { Number: not 0 } && Probe(_options.Member.Listening, port.Number) == SocketError.AddressAlreadyInUse)
            ?? (Probe(_options.Http.Host, Http.Number) == SocketError.AddressAlreadyInUse ? Http : null);

    /// <summary>Whether a start failed because a port was taken.</summary>
    public static bool IsOfAPort(Exception? failure) => failure switch
    {
        null => false,
        SocketException socket => socket.SocketErrorCode == SocketError.AddressAlreadyInUse,
        AddressInUseException => true,
        AggregateException several => several.InnerExceptions.Any(IsOfAPort),
        _ => IsOfAPort(failure.InnerException),
    };

    private void Require(NodePort port) =>
        Require(port, _options.Member.Listening, _options.Member.Listen is null ? nameof(_options.Member.Advertise) : nameof(_options.Member.Listen));

    private static NodePort HttpPort(int port) => new(SettingName.Switch(nameof(HttpOptions.Port)), port, true, "HTTP");

    private static NodePort Choose(string key, int port, string purpose, Func<int> find) =>
        new(SettingName.Switch(key), port == 0 ? find() : port, port != 0, purpose);

    /// <param name="port">Port to listen on. A chosen port that was taken since is left to the start, which chooses another.</param>
    /// <param name="address">Address to listen at.</param>
    /// <param name="setting">Setting that names the address.</param>
    private static void Require(NodePort port, IPAddress address, string setting)
    {
        switch (Probe(address, port.Number))
        {
            case SocketError.AddressAlreadyInUse when port.IsGiven:
                throw new PortTakenException(port);
            case SocketError.AddressNotAvailable:
                string other = setting == nameof(MemberOptions.Advertise) ? $" If a network device translates the address, give {SettingName.Switch(nameof(MemberOptions.Listen))} too, such as '*'." : string.Empty;
                InferenceException.Throw(ErrorCode.InvalidOption, $"{setting} is {address}, which is not an address of this machine, so that the port for {port.Purpose} cannot be opened there.{other}", setting);
                break;
            case SocketError.AccessDenied:
                string message = $"Port {port.Number} for {port.Purpose} ({port.Option}) may not be opened by the user {Environment.UserName}: choose one from 1024 on, or grant the process CAP_NET_BIND_SERVICE.";
                InferenceException.Throw(ErrorCode.Unavailable, message, setting);
                break;
        }
    }

    /// <summary>Tries to listen at this address only: a listener at another address does not interfere.</summary>
    private static SocketError Probe(IPAddress address, int port)
    {
        try
        {
            using TcpListener probe = new(address, port);
            probe.ExclusiveAddressUse = true;
            probe.Start();
            return SocketError.Success;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode;
        }
    }
}

/// <summary>Port on which a node listens.</summary>
/// <param name="Option">Option on the command line.</param>
/// <param name="Number">Number of the port; 0 for none, or for one that the system chooses.</param>
/// <param name="IsGiven">Whether the user has named it: otherwise the node may choose another one.</param>
/// <param name="Purpose">Peers that connect there.</param>
/// <param name="Zero">Meaning of 0.</param>
internal sealed record NodePort(string Option, int Number, bool IsGiven, string Purpose, string Zero = "a free one");

/// <summary>Exception for a port of the node that is in use.</summary>
/// <param name="port">The port.</param>
/// <param name="inner">Exception that revealed it.</param>
internal sealed class PortTakenException(NodePort port, Exception? inner = null) : Exception(
    string.Create(
        CultureInfo.InvariantCulture,
        $"Port {port.Number} for {port.Purpose} ({port.Option}) is in use: stop the program that uses it, or choose another port with {port.Option}; 0 selects {port.Zero}."),
    inner)
{
    public NodePort Port => port;
}
