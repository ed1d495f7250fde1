using OrleansInference.Compute.Pages;

namespace OrleansInference.Compute.Kernels;

/// <summary>
/// Attention over pages with the softmax computed online (Milakov and Gimelshein, 2018; Dao et al., 2022), page after page in the order of positions:
///   s = scale · q·K, m' = max(m, max s), p = exp(s − m'), l' = l · exp(m − m') + Σ p, o' = o · exp(m − m') + p V.
/// A score is one chain over the head dimension in the lane of its token; Σ and max use the tree of <see cref="Lanes"/>; o is one chain over tokens in the
/// lane of its element. A row's result depends on its own position alone: which rows share a task, and what lies in a page behind the position, does not matter.
/// </summary>
internal static unsafe class Attention
{
    private const int Rows = AttentionTask.MaxRows;
    private const int Tokens = KvLayout.PageTokens;

    /// <summary>Scratch of one worker: queries [headDim, 8], weights [8, 16], outputs [8, padded headDim], and three numbers a row.</summary>
    public static int ScratchFloats(KvBlockShape shape) => (Rows * shape.HeadDim) + (Rows * Tokens) + (Rows * shape.PaddedHeadDim) + (3 * Rows);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TKv>(in AttentionTask task)
        where TKv : struct, IKvFormat
    {
        int headDim = task.Shape.HeadDim;
        int padded = task.Shape.PaddedHeadDim;
        float* queries = task.Scratch; // [headDim, 8]
        float* weights = queries + (Rows * headDim); // [8, 16]
        float* outputs = weights + (Rows * Tokens); // [8, padded]
        float* maxima = outputs + (Rows * padded); // [8]
        float* sums = maxima + Rows; // [8]
        float* corrections = sums + Rows; // [8]
        new Span<float>(task.Scratch, ScratchFloats(task.Shape)).Clear();
        new Span<float>(maxima, Rows).Fill(float.NegativeInfinity);
        int last = 0;
        for (int row = 0; row < task.Rows; row++)
        {
            last = Math.Max(last, task.Positions[row]);
            for (int d = 0; d < headDim; d++)
            {
                queries[(d * Rows) + row] = task.Queries[row][d];
            }
        }

        long headOffset = task.LayerOffset + ((long)task.KvHead * headDim * Tokens * TKv.ElementBytes);
        long valueOffset = (((long)task.Shape.KeyElements - (task.KvHead * headDim * Tokens)) + ((long)task.KvHead * Tokens * padded)) * TKv.ElementBytes;
        for (int page = 0; page <= last / Tokens; page++)
        {
            byte* keys = task.Pool.Page(task.Pages[page]) + headOffset; // [headDim, 16]
            byte* values = keys + valueOffset; // [16, padded]
            byte* nextKeys = task.Pool.Page(task.Pages[Math.Min(page + 1, last / Tokens)]) + headOffset;
            Scores<TKv>(queries, headDim, keys, nextKeys, weights);
            int common = Tokens;
            for (int row = 0; row < task.Rows; row++)
            {
                int valid = Math.Clamp(task.Positions[row] + 1 - (page * Tokens), 0, Tokens);
                common = Math.Min(common, valid);
                corrections[row] = valid == 0 ? 1f : Softmax(weights + (row * Tokens), valid, task.Scale, ref maxima[row], ref sums[row]);
            }

            Accumulate<TKv>(weights, corrections, values, nextKeys + valueOffset, common, padded, outputs);
            for (int row = 0; row < task.Rows; row++)
            {
                int valid = Math.Clamp(task.Positions[row] + 1 - (page * Tokens), 0, Tokens);
                AccumulateRow<TKv>(weights + (row * Tokens), values, common, valid, padded, outputs + (row * padded));
            }
        }

        for (int row = 0; row < task.Rows; row++)
        {
            for (int d = 0; d < headDim; d++)
            {
                task.Outputs[row][d] = outputs[(row * padded) + d] / sums[row];
            }
        }
    }

    /// <summary>
    /// Eight rows' raw scores of one page. Rows that are not in use have zero queries. The next page lies somewhere else in memory, where no processor looks
    /// for it: it is asked for line by line as this one is read, here its keys and in <see cref="Accumulate"/> its values.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scores<TKv>(float* queries, int headDim, byte* keys, byte* nextKeys, float* scores)
        where TKv : struct, IKvFormat
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (int d = 0; d < headDim; d++)
        {
            PanelMultiply.Ask(nextKeys);
            Vector512<float> key = TKv.Load(keys);
            s0 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[0]), key, s0);
            s1 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[1]), key, s1);
            s2 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[2]), key, s2);
            s3 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[3]), key, s3);
            s4 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[4]), key, s4);
            s5 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[5]), key, s5);
            s6 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[6]), key, s6);
            s7 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[7]), key, s7);
            queries += Rows;
            keys += Tokens * TKv.ElementBytes;
            nextKeys += Tokens * TKv.ElementBytes;
        }

        s0.Store(scores);
        s1.Store(scores + Tokens);
        s2.Store(scores + (2 * Tokens));
        s3.Store(scores + (3 * Tokens));
        s4.Store(scores + (4 * Tokens));
        s5.Store(scores + (5 * Tokens));
        s6.Store(scores + (6 * Tokens));
        s7.Store(scores + (7 * Tokens));
    }

    /// <summary>Turns a row's scores into weights and returns the factor that rescales the accumulated sum.</summary>
    private static float Softmax(float* scores, int valid, float scale, ref float maximum, ref float sum)
    {
        // The lanes behind the row's position may hold anything, even NaN: they are replaced, not multiplied.
        Vector512<int> lane = Vector512.Create(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        Vector512<float> inside = Vector512.LessThan(lane, Vector512.Create(valid)).AsSingle();
        Vector512<float> s = Vector512.ConditionalSelect(inside, Vector512.Load(scores) * Vector512.Create(scale), Vector512.Create(float.NegativeInfinity));
        float pageMaximum = Lanes.Max(s);
        float newMaximum = pageMaximum > maximum ? pageMaximum : maximum;
        Vector512<float> p = FloatMath.Exp(s - Vector512.Create(newMaximum));
        p.Store(scores);
        float correction = FloatMath.Exp(maximum - newMaximum);
        sum = (sum * correction) + Lanes.Sum(p);
        maximum = newMaximum;
        return correction;
    }

    /// <summary>outputs = outputs · correction + the first <paramref name="tokens"/> tokens' values, for eight rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate<TKv>(float* weights, float* corrections, byte* values, byte* nextValues, int tokens, int padded, float* outputs)
        where TKv : struct, IKvFormat
    {
        for (int d = 0; d < padded; d += Lanes.Count)
        {
            float* o = outputs + d;
            Vector512<float> o0 = Vector512.Load(o) * Vector512.Create(corrections[0]);
            Vector512<float> o1 = Vector512.Load(o + padded) * Vector512.Create(corrections[1]);
            Vector512<float> o2 = Vector512.Load(o + (2 * padded)) * Vector512.Create(corrections[2]);
            Vector512<float> o3 = Vector512.Load(o + (3 * padded)) * Vector512.Create(corrections[3]);
            Vector512<float> o4 = Vector512.Load(o + (4 * padded)) * Vector512.Create(corrections[4]);
            Vector512<float> o5 = Vector512.Load(o + (5 * padded)) * Vector512.Create(corrections[5]);
            Vector512<float> o6 = Vector512.Load(o + (6 * padded)) * Vector512.Create(corrections[6]);
            Vector512<float> o7 = Vector512.Load(o + (7 * padded)) * Vector512.Create(corrections[7]);
            byte* value = values + (d * TKv.ElementBytes);
            byte* nextValue = nextValues + (d * TKv.ElementBytes);
            for (int t = 0; t < tokens; t++)
            {
                PanelMultiply.Ask(nextValue);
                Vector512<float> v = TKv.Load(value);
                o0 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[t]), v, o0);
                o1 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[t + Tokens]), v, o1);
                o2 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[t + (2 * Tokens)]), v, o2);
                o3 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[t + (3 * Tokens)]), v, o3);
                o4 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[t + (4 * Tokens)]), v, o4);
                o5 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[t + (5 * Tokens)]), v, o5);
                o6 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[t + (6 * Tokens)]), v, o6);
                o7 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[t + (7 * Tokens)]), v, o7);
                value += padded * TKv.ElementBytes;
                nextValue += padded * TKv.ElementBytes;
            }

            o0.Store(o);
            o1.Store(o + padded);
            o2.Store(o + (2 * padded));
            o3.Store(o + (3 * padded));
            o4.Store(o + (4 * padded));
            o5.Store(o + (5 * padded));
            o6.Store(o + (6 * padded));
            o7.Store(o + (7 * padded));
        }
    }

    /// <summary>One row's tokens from <paramref name="first"/> to <paramref name="end"/>, which the rows of its task do not all see.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AccumulateRow<TKv>(float* weights, byte* values, int first, int end, int padded, float* output)
        where TKv : struct, IKvFormat
    {
        if (first >= end)
        {
            return;
        }

        for (int d = 0; d < padded; d += Lanes.Count)
        {
            Vector512<float> o = Vector512.Load(output + d);
            for (int t = first; t < end; t++)
            {
                o = Vector512.FusedMultiplyAdd(Vector512.Create(weights[t]), TKv.Load(values + (((t * padded) + d) * TKv.ElementBytes)), o);
            }

            o.Store(output + d);
        }
    }
}
