using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace OrleansInference.Compute.Kernels;

/// <summary>Which vector width the kernels use on this machine. Every width gives the same bits; only the speed differs.</summary>
public static class InstructionSets
{
    /// <summary>32 registers of 512 bits.</summary>
    internal static bool Wide => Vector512.IsHardwareAccelerated && Avx512F.IsSupported;

    /// <summary>256-bit vectors, or pairs of 128-bit ones, with a fused multiply-add in hardware.</summary>
    internal static bool Narrow => (Vector256.IsHardwareAccelerated && Fma.IsSupported) || AdvSimd.IsSupported;

    /// <summary>For logs and the command line.</summary>
    public static string Name => Wide ? "AVX-512" : Vector256.IsHardwareAccelerated && Fma.IsSupported ? "AVX2" : AdvSimd.IsSupported ? "NEON" : "scalar";
}
