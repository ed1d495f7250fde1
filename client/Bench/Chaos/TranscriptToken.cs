using System.Runtime.InteropServices;

namespace OrleansInference.Bench.Chaos;

/// <summary>A token as a client got it.</summary>
/// <param name="Text">Its text.</param>
/// <param name="LogProbability">To the bit: it shows arithmetic that went another way before a token does.</param>
/// <param name="Moment">When it came, see <see cref="System.Diagnostics.Stopwatch"/>.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TranscriptToken(string Text, double LogProbability, long Moment);
