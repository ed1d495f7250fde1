using System.Runtime.InteropServices;

namespace OrleansInference.Cluster.Stage.Rates;

/// <summary>What came of measuring a device for a moment.</summary>
/// <param name="BestRead">Bytes a second of the best burst.</param>
/// <param name="BestArithmetic">Floating-point operations a second of the best burst.</param>
/// <param name="Read">Bytes a second of all bursts together; 0 where steps were computed beside them.</param>
/// <param name="Arithmetic">Floating-point operations a second of all bursts together; 0 where steps were computed beside them.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ProbeResult(double BestRead, double BestArithmetic, double Read, double Arithmetic)
{
    /// <summary>Whether the device had nothing else to do, so that all bursts together tell its rate.</summary>
    public bool IsAlone => Read > 0 && Arithmetic > 0;
}
