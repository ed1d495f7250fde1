using System.Runtime.InteropServices;
using OrleansInference.Simulation.Kernel;

namespace OrleansInference.Simulation.Model;

/// <summary>
/// A model of hashes: a layer folds what it finds in the pages of all earlier positions into the hidden state, so a token depends on every token before it and on
/// every page being the right one. Keys and values are one number for each layer and position.
/// </summary>
internal static class ToyModel
{
    public const int VocabularySize = 16;

    /// <summary>Floats that carry a hidden state: one 64-bit number.</summary>
    public const int HiddenWidth = 2;

    public static ulong Embed(int token) => SeededRandom.Mix((ulong)token + 0x51AB);

    /// <summary>What a layer writes for a position.</summary>
    public static ulong KeyValue(int layer, int position, ulong hidden) => SeededRandom.Mix(hidden + ((ulong)layer << 32) + (ulong)position);

    /// <summary>Takes one earlier position, or the own one, into account.</summary>
    public static ulong Attend(ulong sum, ulong keyValue) => (sum ^ keyValue) * 0x9FB21C651E98DF25;

    /// <summary>The hidden state after a layer.</summary>
    public static ulong Leave(ulong hidden, ulong sum) => SeededRandom.Mix(hidden ^ (sum + (sum >> 29)));

    /// <param name="hidden">After the last layer.</param>
    /// <param name="logits">[vocabulary]</param>
    public static void Logits(ulong hidden, Span<float> logits)
    {
        // Few tokens are likely, so that sequences repeat themselves now and then and guesses come true.
        for (int token = 0; token < logits.Length; token++)
        {
            hidden = SeededRandom.Mix(hidden + 0x9E3779B97F4A7C15);
            logits[token] = (hidden >> 40) * (6f / (1 << 24)) - (token * 0.35f);
        }
    }

    public static Span<ulong> Numbers(Span<float> rows) => MemoryMarshal.Cast<float, ulong>(rows);
}
