using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Engine.Sampling;

/// <summary>Vectorised searches in a row of logits. Their results do not depend on the vector's width.</summary>
internal static class Scores
{
    /// <summary>Returns the highest score.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.Internal"/>: a score is NaN or +∞, or none is above −∞.</exception>
    public static float Max(ReadOnlySpan<float> scores, int position)
    {
        ReadOnlySpan<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(scores);
        Vector<float> highest = new(float.NegativeInfinity);
        Vector<int> numbers = Vector<int>.AllBitsSet;
        foreach (Vector<float> vector in vectors)
        {
            numbers &= Vector.Equals(vector, vector);
            highest = Vector.ConditionalSelect(Vector.GreaterThan(vector, highest), vector, highest);
        }

        float max = float.NegativeInfinity;
        bool valid = numbers == Vector<int>.AllBitsSet;
        for (int i = 0; i < Vector<float>.Count; i++)
        {
            max = highest[i] > max ? highest[i] : max;
        }

        foreach (float score in scores[(vectors.Length * Vector<float>.Count)..])
        {
            valid &= !float.IsNaN(score);
            max = score > max ? score : max;
        }

        if (!valid || !float.IsFinite(max))
        {
            string found = valid ? max.ToString(CultureInfo.InvariantCulture) + " as their maximum" : "NaN";
            InferenceException.Throw(ErrorCode.Internal, $"The logits of position {position} contain {found}; expected finite numbers. The weights or the numeric format are the cause.");
        }

        return max;
    }

    /// <summary>Returns the lowest index of <paramref name="value"/>, which must be present.</summary>
    public static int IndexOf(ReadOnlySpan<float> scores, float value)
    {
        ReadOnlySpan<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(scores);
        Vector<float> wanted = new(value);
        int skipped = 0;
        while (skipped < vectors.Length && !Vector.EqualsAny(vectors[skipped], wanted))
        {
            skipped++;
        }

        int index = skipped * Vector<float>.Count;
        while (scores[index] != value)
        {
            index++;
        }

        return index;
    }

    /// <summary>Writes the highest scores and their tokens, highest first, among equals the lowest id first.</summary>
    /// <returns>The number of scores written: the length of <paramref name="top"/>, or the number of scores if that is lower.</returns>
    public static int Top(ReadOnlySpan<float> scores, Span<TokenLogProb> top)
    {
        int count = 0;
        int step = Vector<float>.Count;
        for (int first = 0; first < scores.Length && top.Length > 0; first += step)
        {
            ReadOnlySpan<float> group = scores[first..Math.Min(first + step, scores.Length)];
            if (count == top.Length && group.Length == step && !Vector.GreaterThanAny(new Vector<float>(group), new Vector<float>(top[^1].LogProb)))
            {
                continue;
            }

            for (int i = 0; i < group.Length; i++)
            {
                count = Insert(new TokenLogProb(first + i, group[i]), top, count);
            }
        }

        return count;
    }

    private static int Insert(TokenLogProb candidate, Span<TokenLogProb> top, int count)
    {
        int at = count;
        while (at > 0 && top[at - 1].LogProb < candidate.LogProb)
        {
            at--;
        }

        if (at == top.Length)
        {
            return count;
        }

        count = Math.Min(count + 1, top.Length);
        top[at..(count - 1)].CopyTo(top[(at + 1)..]);
        top[at] = candidate;
        return count;
    }
}
