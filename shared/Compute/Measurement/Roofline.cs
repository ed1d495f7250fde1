using System.Diagnostics;
using OrleansInference.Compute.Kernels;
using OrleansInference.Compute.Memory;
using OrleansInference.Compute.Threading;

namespace OrleansInference.Compute.Measurement;

/// <summary>
/// What this machine can do at most, measured: the rate at which all threads read a buffer that no cache holds, and the rate of float32 multiply-adds
/// from registers (two floating-point operations each). Kernels are judged by their share of these (Williams et al., "Roofline", 2009).
/// </summary>
public sealed class Roofline : IDisposable
{
    private readonly long _bufferBytes;
    private readonly WorkerTeam _team;
    private readonly ReadWork _read;
    private readonly FusedMultiplyAddWork _arithmetic = new();

    /// <param name="threads">Worker threads.</param>
    /// <param name="bufferBytes">More than the caches hold.</param>
    public Roofline(int threads, long bufferBytes = 1L << 30)
    {
        _bufferBytes = bufferBytes;
        _team = new WorkerTeam(threads, "roofline");
        _read = new ReadWork(bufferBytes);
    }

    /// <summary>One pass over the buffer, in bytes a second.</summary>
    public double MeasureReadBytesPerSecond() => _bufferBytes / Time(_read, ReadWork.Tiles);

    /// <summary>One run of the multiply-add loop, in floating-point operations a second.</summary>
    public double MeasureFlops()
    {
        int tiles = 4 * _team.Workers;
        return tiles * FusedMultiplyAddWork.OperationsPerTile / Time(_arithmetic, tiles);
    }

    public void Dispose()
    {
        _team.Dispose();
        _read.Dispose();
    }

    private double Time(IParallelWork work, int tiles)
    {
        long start = Stopwatch.GetTimestamp();
        _team.Run(work, tiles);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private sealed unsafe class ReadWork : IParallelWork, IDisposable
    {
        public const int Tiles = 256;
        private readonly NativeBuffer<ulong> _buffer;
        private readonly ulong[] _results = new ulong[Tiles];

        public ReadWork(long bytes)
        {
            _buffer = new NativeBuffer<ulong>(bytes / sizeof(ulong));

            // Untouched memory is one shared page of zeros, which every cache holds.
            for (long i = 0; i < _buffer.Length; i += 512)
            {
                _buffer.Pointer[i] = (ulong)i;
            }
        }

        public void RunTile(int tile, int worker) => _results[tile] = Sum(_buffer.Pointer + (tile * (_buffer.Length / Tiles)), _buffer.Length / Tiles);

        public void Dispose() => _buffer.Dispose();

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static ulong Sum(ulong* words, long count)
        {
            Vector512<ulong> a = default, b = default, c = default, d = default;
            for (long i = 0; i < count; i += 32)
            {
                a += Vector512.Load(words + i);
                b += Vector512.Load(words + i + 8);
                c += Vector512.Load(words + i + 16);
                d += Vector512.Load(words + i + 24);
            }

            return Vector512.Sum(a + b + c + d);
        }
    }

    private sealed class FusedMultiplyAddWork : IParallelWork
    {
        private const int Iterations = 1_000_000;
        private const int Chains = 12;
        private float _result;

        /// <summary>Lanes × chains × multiply and add.</summary>
        public static double OperationsPerTile => 2.0 * Iterations * Chains * Lanes.Count;

        public void RunTile(int tile, int worker) => _result = InstructionSets.Wide ? Wide() : Narrow();

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static float Wide()
        {
            Vector512<float> x = Vector512.Create(0.999f), y = Vector512.Create(0.001f);
            Vector512<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
            for (int n = 0; n < Iterations; n++)
            {
                a = Vector512.FusedMultiplyAdd(a, x, y);
                b = Vector512.FusedMultiplyAdd(b, x, y);
                c = Vector512.FusedMultiplyAdd(c, x, y);
                d = Vector512.FusedMultiplyAdd(d, x, y);
                e = Vector512.FusedMultiplyAdd(e, x, y);
                f = Vector512.FusedMultiplyAdd(f, x, y);
                g = Vector512.FusedMultiplyAdd(g, x, y);
                h = Vector512.FusedMultiplyAdd(h, x, y);
                i = Vector512.FusedMultiplyAdd(i, x, y);
                j = Vector512.FusedMultiplyAdd(j, x, y);
                k = Vector512.FusedMultiplyAdd(k, x, y);
                l = Vector512.FusedMultiplyAdd(l, x, y);
            }

            return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static float Narrow()
        {
            Vector256<float> x = Vector256.Create(0.999f), y = Vector256.Create(0.001f);
            Vector256<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
            for (int n = 0; n < 2 * Iterations; n++)
            {
                a = Vector256.FusedMultiplyAdd(a, x, y);
                b = Vector256.FusedMultiplyAdd(b, x, y);
                c = Vector256.FusedMultiplyAdd(c, x, y);
                d = Vector256.FusedMultiplyAdd(d, x, y);
                e = Vector256.FusedMultiplyAdd(e, x, y);
                f = Vector256.FusedMultiplyAdd(f, x, y);
                g = Vector256.FusedMultiplyAdd(g, x, y);
                h = Vector256.FusedMultiplyAdd(h, x, y);
                i = Vector256.FusedMultiplyAdd(i, x, y);
                j = Vector256.FusedMultiplyAdd(j, x, y);
                k = Vector256.FusedMultiplyAdd(k, x, y);
                l = Vector256.FusedMultiplyAdd(l, x, y);
            }

            return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
        }
    }
}
