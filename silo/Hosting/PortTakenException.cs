using System.Globalization;

namespace OrleansInference.Silo.Hosting;

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
