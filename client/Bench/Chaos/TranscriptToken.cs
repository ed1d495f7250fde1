using System.Runtime.InteropServices;

namespace OrleansInference.Bench.Chaos;

/// <summary>Token that a client received.</summary>
/// <param name="Text">Text of the token.</param>
/// <param name="LogProbability">Exact log-probability: it reveals different arithmetic earlier than the tokens do.</param>
/// <param name="Moment">Time of arrival, see <see cref="System.Diagnostics.Stopwatch"/>.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TranscriptToken(string Text, double LogProbability, long Moment);
