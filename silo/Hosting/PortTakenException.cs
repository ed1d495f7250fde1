using System.Globalization;

namespace OrleansInference.Silo.Hosting;

/// <summary>A port of the node is in use.</summary>
/// <param name="port">Which.</param>
/// <param name="inner">Where it was found out.</param>
internal sealed class PortTakenException(NodePort port, Exception? inner = null) : Exception(
    string.Create(
        CultureInfo.InvariantCulture,
        $"Port {port.Number} for {port.Purpose} ({port.Option}) is in use: stop the program that uses it, or choose another port with {port.Option}; 0 selects {port.Zero}."),
    inner)
{
    public NodePort Port => port;
}
