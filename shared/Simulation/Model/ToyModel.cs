using System.Runtime.InteropServices;
using OrleansInference.Simulation.Kernel;

namespace OrleansInference.Simulation.Model;

/// <summary>
/// Model of hashes: a layer combines the contents of the pages of all earlier positions with the hidden state, so a token depends on every earlier token and on
/// the correctness of every page. Keys and values are one number for each layer and position.
/// </summary>
internal static class ToyModel
{
    public const int VocabularySize = 16;

    /// <summary>Floats of a hidden state, which is one 64-bit number.</summary>
    public const int HiddenWidth = 2;

    public static ulong Embed(int token) => SeededRandom.Mix((ulong)token + 0x51AB);

    /// <summary>Value that a layer writes for a position.</summary>
    public static ulong KeyValue(int layer, int position, ulong hidden) => SeededRandom.Mix(hidden + ((ulong)layer << 32) + (ulong)position);

    /// <summary>Adds the contribution of one earlier position, or of the current one.</summary>
    public static ulong Attend(ulong sum, ulong keyValue) => (sum ^ keyValue) * 0x9FB21C651E98DF25;

    /// <summary>Hidden state after a layer.</summary>
    public static ulong Leave(ulong hidden, ulong sum) => SeededRandom.Mix(hidden ^ (sum + (sum >> 29)));

    /// <param name="hidden">Hidden state after the last layer.</param>
    /// <param name="logits">[vocabulary]</param>
    public static void Logits(ulong hidden, Span<float> logits)
    {
        // Few tokens are likely, so that sequences sometimes repeat themselves and speculative tokens are accepted.
        for (int token = 0; token < logits.Length; token++)
        {
            hidden = SeededRandom.Mix(hidden + 0x9E3779B97F4A7C15);
            logits[token] = (hidden >> 40) * (6f / (1 << 24)) - (token * 0.35f);
        }
    }

    public static Span<ulong> Numbers(Span<float> rows) => MemoryMarshal.Cast<float, ulong>(rows);
}
