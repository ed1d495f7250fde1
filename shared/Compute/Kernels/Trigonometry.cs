namespace OrleansInference.Compute.Kernels;

/// <summary>
/// Sine and cosine in double precision from operations whose bits IEEE 754 fixes, so that every platform gives the same bits. The angle is reduced by
/// multiples of π/2 in three parts (Cody and Waite, 1980) with fused multiply-adds, which round no product; the Taylor polynomials err by about 10^-15
/// on the reduced range. The result is the correctly rounded float32 or, where the true value lies close to the middle of two, its neighbour.
/// </summary>
internal static class Trigonometry
{
    // π/2 as a sum of three doubles; the first has 33 bits, so that the first difference is exact for every float32 angle in the range.
    private const double HalfPi1 = 1.57079632673412561417e+00;
    private const double HalfPi2 = 6.07710050630396597660e-11;
    private const double HalfPi3 = 2.02226624879595063154e-21;
    private const double TwoOverPi = 0.63661977236758134308;

    /// <summary>The sine and cosine of a float32 angle in radians, 0 ≤ angle &lt; 2^26, rounded to float32.</summary>
    public static (float Sin, float Cos) SinCos(float angle)
    {
        double quadrant = Math.Floor((angle * TwoOverPi) + 0.5);
        double r = Math.FusedMultiplyAdd(quadrant, -HalfPi1, angle);
        r = Math.FusedMultiplyAdd(quadrant, -HalfPi2, r);
        r = Math.FusedMultiplyAdd(quadrant, -HalfPi3, r);
        double square = r * r;
        double sin = r * Polynomial(square, 1, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368000);
        double cos = Polynomial(square, 1, -1.0 / 2, 1.0 / 24, -1.0 / 720, 1.0 / 40320, -1.0 / 3628800, 1.0 / 479001600, -1.0 / 87178291200);
        return ((long)quadrant & 3) switch
        {
            0 => ((float)sin, (float)cos),
            1 => ((float)cos, (float)-sin),
            2 => ((float)-sin, (float)-cos),
            _ => ((float)-cos, (float)sin),
        };
    }

    private static double Polynomial(double x, double c0, double c1, double c2, double c3, double c4, double c5, double c6, double c7)
    {
        double sum = (c7 * x) + c6;
        sum = (sum * x) + c5;
        sum = (sum * x) + c4;
        sum = (sum * x) + c3;
        sum = (sum * x) + c2;
        sum = (sum * x) + c1;
        return (sum * x) + c0;
    }
}
