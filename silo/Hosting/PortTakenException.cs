using System.Globalization;

namespace OrleansInference.Silo.Hosting;

/// <summary>A port on which the node is to listen is taken.</summary>
/// <param name="port">Which.</param>
/// <param name="inner">Where it was found out.</param>
internal sealed class PortTakenException(NodePort port, Exception? inner = null) : Exception(
    string.Create(
        CultureInfo.InvariantCulture,
        $"Port {port.Number} for {port.Purpose} ({port.Option}) is in use already: end what listens there, or choose another with {port.Option}, or 0 for {port.Zero}."),
    inner)
{
    public NodePort Port => port;
}
