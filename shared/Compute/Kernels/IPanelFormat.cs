namespace OrleansInference.Compute.Kernels;

/// <summary>
/// How the 32 weights of one k lie in a panel. A panel holds 32 output columns, K-major: the bytes of k = 0, then k = 1, …
/// The two halves of a panel are columns 0 … 15 ("low") and 16 … 31 ("high"). Widening to float32 is exact in every format.
/// </summary>
internal unsafe interface IPanelFormat
{
    /// <summary>Bytes of one k: 32 weights.</summary>
    static abstract int BytesPerK { get; }

    /// <summary>Columns 0 … 15 of one k.</summary>
    static abstract Vector512<float> Low512(byte* k);

    /// <summary>Columns 16 … 31 of one k.</summary>
    static abstract Vector512<float> High512(byte* k);

    /// <summary>Columns <paramref name="first"/> … first + 7 of one k; first is 0 or 8.</summary>
    static abstract Vector256<float> Low256(byte* k, int first);

    /// <summary>Columns 16 + <paramref name="first"/> … 16 + first + 7 of one k; first is 0 or 8.</summary>
    static abstract Vector256<float> High256(byte* k, int first);

    /// <summary>One column of one k.</summary>
    static abstract float Column(byte* k, int column);
}

/// <summary>
/// bfloat16, two to a 32-bit word: column j in the low half, column j + 16 in the high half. Widening is then one shift or one mask, on any vector width,
/// without a shuffle.
/// </summary>
internal readonly unsafe struct BFloat16Panel : IPanelFormat
{
    public static int BytesPerK => 64;

    public static Vector512<float> Low512(byte* k) => (Vector512.Load((uint*)k) << 16).AsSingle();

    public static Vector512<float> High512(byte* k) => (Vector512.Load((uint*)k) & Vector512.Create(0xFFFF0000u)).AsSingle();

    public static Vector256<float> Low256(byte* k, int first) => (Vector256.Load((uint*)k + first) << 16).AsSingle();

    public static Vector256<float> High256(byte* k, int first) => (Vector256.Load((uint*)k + first) & Vector256.Create(0xFFFF0000u)).AsSingle();

    public static float Column(byte* k, int column) => BitConverter.Int32BitsToSingle(((ushort*)k)[((column & 15) * 2) + (column >> 4)] << 16);
}

/// <summary>float32: columns in order.</summary>
internal readonly unsafe struct Float32Panel : IPanelFormat
{
    public static int BytesPerK => 128;

    public static Vector512<float> Low512(byte* k) => Vector512.Load((float*)k);

    public static Vector512<float> High512(byte* k) => Vector512.Load((float*)k + 16);

    public static Vector256<float> Low256(byte* k, int first) => Vector256.Load((float*)k + first);

    public static Vector256<float> High256(byte* k, int first) => Vector256.Load((float*)k + 16 + first);

    public static float Column(byte* k, int column) => ((float*)k)[column];
}
