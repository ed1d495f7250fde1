using System.Runtime.InteropServices;

namespace OrleansInference.Cli.Chaos;

/// <summary>How long a stream that was under way stood still because a node was killed.</summary>
/// <param name="Lost">The greatest role that the dead node played: for the stream whose client was connected to it its gateway, else the router's node, the directory's, or one with a stage alone.</param>
/// <param name="Milliseconds">
/// The longest gap between two tokens that ends after the kill and begins before the cluster is whole again, less the usual gap: the median of the undisturbed run under
/// the same load.
/// </param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StreamPause(NodeRole Lost, double Milliseconds);
