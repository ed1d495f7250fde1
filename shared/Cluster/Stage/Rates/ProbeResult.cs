using System.Runtime.InteropServices;

namespace OrleansInference.Cluster.Stage.Rates;

/// <summary>The result of a short measurement of a device.</summary>
/// <param name="BestRead">Bytes per second of the best burst.</param>
/// <param name="BestArithmetic">Floating-point operations per second of the best burst.</param>
/// <param name="Read">Bytes per second of all bursts together; 0 if steps were computed at the same time.</param>
/// <param name="Arithmetic">Floating-point operations per second of all bursts together; 0 if steps were computed at the same time.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ProbeResult(double BestRead, double BestArithmetic, double Read, double Arithmetic)
{
    /// <summary>Whether the device computed nothing else, so that all bursts together measure its rate.</summary>
    public bool IsAlone => Read > 0 && Arithmetic > 0;
}
