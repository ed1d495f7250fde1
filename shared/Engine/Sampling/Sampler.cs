using System.Numerics;
using System.Runtime.InteropServices;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Engine.Sampling;

/// <summary>
/// Samples tokens from logits. The order is: bias, watermark, minimum number of tokens, penalties, temperature, top-k, top-p (of the tokens that top-k keeps), min-p, draw. A draw is one random
/// number from (seed, choice, position), and selects from the kept tokens in the order of their ids, so a sample depends only on the sequence itself. Log-probabilities are the model's
/// own, before these adjustments. Allocates nothing after construction; each thread has its own instance.
/// </summary>
public sealed class Sampler(int vocabularySize)
{
    /// <summary>Tokens below this weight, 2^-20 of the most likely one, are considered only if the others do not suffice.</summary>
    private const ulong Likely = FixedPointSoftmax.One >> 20;

    private readonly float[] _scores = new float[vocabularySize];
    private readonly ulong[] _weights = new ulong[vocabularySize];
    private readonly ulong[] _ranks = new ulong[vocabularySize];
    private readonly int[] _candidates = new int[vocabularySize];

    /// <summary>Samples the token at <paramref name="position"/>. The caller appends it to <paramref name="sequence"/> when it is committed.</summary>
    /// <param name="logits">[vocabulary]</param>
    /// <param name="sequence">Sampling parameters and history.</param>
    /// <param name="position">Absolute position of the token to sample.</param>
    /// <param name="top">Receives the most likely alternatives. Its length is the number that the parameters request, or 0.</param>
    /// <exception cref="Models.InferenceException"><see cref="Models.ErrorCode.Internal"/>: the logits are not finite.</exception>
    public SampledToken Sample(ReadOnlySpan<float> logits, SequenceSampling sequence, int position, Span<TokenLogProb> top)
    {
        ReadOnlySpan<float> scores = sequence.Adjust(logits, _scores);
        float max = Scores.Max(scores, position);
        SamplingParameters parameters = sequence.Parameters;
        int token = parameters.Temperature == 0
            ? Scores.IndexOf(scores, max)
            : Draw(scores, max, parameters, Philox.Draw(parameters.Seed, sequence.Choice, position));
        return new(token, parameters.LogProbs is null ? float.NaN : Measure(logits, token, position, top));
    }

    /// <summary>Returns the log-probability of <paramref name="token"/> at <paramref name="position"/>, and writes the most likely alternatives.</summary>
    public float Measure(ReadOnlySpan<float> logits, int token, int position, Span<TokenLogProb> top)
    {
        float max = Scores.Max(logits, position);
        ulong total = FixedPointSoftmax.Weigh(logits, max, 1, _weights);
        double shift = max + NaturalLogarithm.Of((double)total / FixedPointSoftmax.One);
        int count = Scores.Top(logits, top);
        foreach (ref TokenLogProb alternative in top[..count])
        {
            alternative = alternative with { LogProb = (float)(alternative.LogProb - shift) };
        }

        return (float)(logits[token] - shift);
    }

    private int Draw(ReadOnlySpan<float> scores, float max, SamplingParameters parameters, ulong random)
    {
        ulong total = FixedPointSoftmax.Weigh(scores, max, 1.0 / parameters.Temperature, _weights);
        bool topK = parameters.TopK > 0 && parameters.TopK < scores.Length;
        bool topP = parameters.TopP < 1;
        if (!topK && !topP && parameters.MinP <= 0)
        {
            return Pick(Math.BigMul(random, total, out _));
        }

        ulong floor = Math.Max(1, (ulong)Math.Ceiling(parameters.MinP * (double)FixedPointSoftmax.One));
        ulong last = 0;
        int count;
        if (topK || topP)
        {
            // The likely tokens nearly always contain the cut; collecting all tokens takes longer.
            count = Collect(Likely);
            if (topK ? count < parameters.TopK : Mass(count) < Share(total, parameters.TopP))
            {
                count = Collect(1);
            }

            if (topK)
            {
                last = Cut(scores, count, parameters.TopK, ulong.MaxValue);
                total = Keep(scores, ref count, last, 1);
            }

            // The share of top-p refers to the weight that top-k has kept.
            last = topP ? Cut(scores, count, int.MaxValue, Share(total, parameters.TopP)) : last;
        }
        else
        {
            count = Collect(floor);
        }

        total = Keep(scores, ref count, last, floor);
        ulong target = Math.BigMul(random, total, out _);
        int index = 0;
        while (target >= _weights[_candidates[index]])
        {
            target -= _weights[_candidates[index++]];
        }

        return _candidates[index];
    }

    /// <summary>Returns the lowest weight that is at least <paramref name="share"/> of <paramref name="total"/>.</summary>
    private static ulong Share(ulong total, float share) => Math.Max(1, (ulong)Math.Ceiling(total * (double)share));

    private ulong Cut(ReadOnlySpan<float> scores, int candidates, int count, ulong mass)
    {
        for (int i = 0; i < candidates; i++)
        {
            _ranks[i] = Nucleus.Rank(scores[_candidates[i]], _candidates[i]);
        }

        return Nucleus.Cut(_ranks.AsSpan(0, candidates), _weights, count, mass);
    }

    /// <summary>Keeps the candidates down to rank <paramref name="last"/> and weight <paramref name="floor"/>. Returns their total weight.</summary>
    private ulong Keep(ReadOnlySpan<float> scores, ref int count, ulong last, ulong floor)
    {
        int kept = 0;
        ulong total = 0;
        foreach (int token in _candidates.AsSpan(0, count))
        {
            if (_weights[token] >= floor && Nucleus.Rank(scores[token], token) >= last)
            {
                _candidates[kept++] = token;
                total += _weights[token];
            }
        }

        count = kept;
        return total;
    }

    private ulong Mass(int count)
    {
        ulong mass = 0;
        foreach (int token in _candidates.AsSpan(0, count))
        {
            mass += _weights[token];
        }

        return mass;
    }

    /// <summary>Lists the tokens with a weight of at least <paramref name="floor"/>, in the order of their ids.</summary>
    private int Collect(ulong floor)
    {
        ReadOnlySpan<Vector<ulong>> vectors = MemoryMarshal.Cast<ulong, Vector<ulong>>(_weights);
        Vector<ulong> wanted = new(floor - 1);
        int count = 0;
        int width = Vector<ulong>.Count;
        for (int i = 0; i < vectors.Length; i++)
        {
            if (Vector.GreaterThanAny(vectors[i], wanted))
            {
                count = Collect(i * width, (i + 1) * width, floor, count);
            }
        }

        return Collect(vectors.Length * width, _weights.Length, floor, count);
    }

    private int Collect(int from, int to, ulong floor, int count)
    {
        for (int token = from; token < to; token++)
        {
            _candidates[count] = token;
            count += _weights[token] >= floor ? 1 : 0;
        }

        return count;
    }

    /// <summary>Returns the token at whose weight the running sum first exceeds <paramref name="target"/>.</summary>
    private int Pick(ulong target)
    {
        ReadOnlySpan<Vector<ulong>> vectors = MemoryMarshal.Cast<ulong, Vector<ulong>>(_weights);
        int skipped = 0;
        for (; skipped < vectors.Length; skipped++)
        {
            ulong sum = Vector.Sum(vectors[skipped]);
            if (target < sum)
            {
                break;
            }

            target -= sum;
        }

        int token = skipped * Vector<ulong>.Count;
        while (target >= _weights[token])
        {
            target -= _weights[token++];
        }

        return token;
    }
}
