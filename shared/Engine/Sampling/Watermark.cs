using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace OrleansInference.Engine.Sampling;

/// <summary>
/// Statistical watermark (Zhao, Ananth, Li and Wang, "Provable Robust Watermarking for AI-Generated Text", 2024): a key splits the vocabulary into two halves, and a constant is added to the logits of one of them. A text with
/// the watermark has more different tokens of that half than chance explains. The halves depend on the key alone, so that a token depends on nothing but its own sequence, as without a watermark.
/// </summary>
public sealed class Watermark
{
    /// <summary>Constant that is added to logits.</summary>
    public const float Strength = 2;

    private const int WordBits = 64;
    private const int VectorsOfWord = 4; // of 16 lanes
    private const int MaxKept = 256; // 19 KB each for a vocabulary of 152,000 tokens

    private static readonly Vector512<uint> LaneBits = Vector512.Create(1u, 1 << 1, 1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7, 1 << 8, 1 << 9, 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15);

    private static readonly ConcurrentDictionary<(ulong Key, int Size), Watermark> Kept = new();

    private readonly ulong[] _words; // bit i of word w is token 64 w + i

    private Watermark(ulong key, int size)
    {
        _words = new ulong[(size + WordBits - 1) / WordBits];
        for (int word = 0; word < _words.Length; word++)
        {
            _words[word] = Philox.Draw(key, 0, word);
        }
    }

    /// <summary>Returns the watermark of a key.</summary>
    /// <param name="key">Secret key.</param>
    /// <param name="size">Tokens of the vocabulary.</param>
    public static Watermark Of(ulong key, int size)
    {
        if (Kept.TryGetValue((key, size), out Watermark? kept))
        {
            return kept;
        }

        if (Kept.Count >= MaxKept)
        {
            Kept.Clear(); // they are made again where they are needed
        }

        return Kept.GetOrAdd((key, size), static place => new Watermark(place.Key, place.Size));
    }

    /// <summary>Returns whether a token is of the preferred half.</summary>
    public bool Prefers(int token) => (_words[token / WordBits] >> (token % WordBits) & 1) != 0;

    /// <summary>Adds the constant to the logits of the preferred half.</summary>
    /// <param name="scores">[vocabulary]</param>
    internal void AddTo(Span<float> scores)
    {
        // Lane l of a vector is token 16 v + l, whose bit decides whether the lane gets the constant: each lane is added to once, as in the loop below.
        Span<Vector512<float>> vectors = MemoryMarshal.Cast<float, Vector512<float>>(scores);
        for (int vector = 0; vector < vectors.Length; vector++)
        {
            uint bits = (uint)(_words[vector / VectorsOfWord] >> (vector % VectorsOfWord * Vector512<float>.Count));
            Vector512<uint> isPreferred = Vector512.Equals(Vector512.Create(bits) & LaneBits, LaneBits);
            vectors[vector] += Vector512.Create(Strength) & isPreferred.AsSingle();
        }

        for (int i = vectors.Length * Vector512<float>.Count; i < scores.Length; i++)
        {
            scores[i] += Prefers(i) ? Strength : 0;
        }
    }
}
