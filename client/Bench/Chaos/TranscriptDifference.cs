using System.Runtime.InteropServices;

namespace OrleansInference.Bench.Chaos;

/// <summary>Difference of a transcript from the undisturbed one, in the fewest edits that explain it.</summary>
/// <param name="Lost">Number of missing tokens.</param>
/// <param name="Repeated">Number of additional tokens.</param>
/// <param name="Different">Number of replaced tokens.</param>
/// <param name="OtherScores">Number of equal tokens with a different log-probability.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TranscriptDifference(int Lost, int Repeated, int Different, int OtherScores)
{
    public bool None => this == default;

    public static TranscriptDifference Of(ReadOnlySpan<TranscriptToken> expected, ReadOnlySpan<TranscriptToken> got)
    {
        int same = 0, otherScores = 0;
        while (same < expected.Length && same < got.Length && expected[same].Text == got[same].Text)
        {
            otherScores += expected[same].LogProbability.Equals(got[same].LogProbability) ? 0 : 1;
            same++;
        }

        (int lost, int repeated, int different) = Align(expected[same..], got[same..]);
        return new TranscriptDifference(lost, repeated, different, otherScores);
    }

    public static TranscriptDifference operator +(TranscriptDifference a, TranscriptDifference b) =>
        new(a.Lost + b.Lost, a.Repeated + b.Repeated, a.Different + b.Different, a.OtherScores + b.OtherScores);

    /// <summary>Counts the edits: dynamic programming from the end finds their least number, and a walk from the start counts their kinds.</summary>
    private static (int Lost, int Repeated, int Different) Align(ReadOnlySpan<TranscriptToken> expected, ReadOnlySpan<TranscriptToken> got)
    {
        int[,] edits = new int[expected.Length + 1, got.Length + 1]; // of the rest of both
        for (int i = expected.Length; i >= 0; i--)
        {
            for (int j = got.Length; j >= 0; j--)
            {
                edits[i, j] = i == expected.Length ? got.Length - j
                    : j == got.Length ? expected.Length - i
                    : expected[i].Text == got[j].Text ? edits[i + 1, j + 1]
                    : 1 + Math.Min(edits[i + 1, j + 1], Math.Min(edits[i + 1, j], edits[i, j + 1]));
            }
        }

        int lost = 0, repeated = 0, different = 0;
        for (int i = 0, j = 0; i < expected.Length || j < got.Length;)
        {
            if (i < expected.Length && j < got.Length && expected[i].Text == got[j].Text)
            {
                i++;
                j++;
            }
            else if (i < expected.Length && j < got.Length && edits[i, j] == 1 + edits[i + 1, j + 1])
            {
                different++;
                i++;
                j++;
            }
            else if (i < expected.Length && edits[i, j] == 1 + edits[i + 1, j])
            {
                lost++;
                i++;
            }
            else
            {
                repeated++;
                j++;
            }
        }

        return (lost, repeated, different);
    }
}

/// <summary>Token that a client received.</summary>
/// <param name="Text">Text of the token.</param>
/// <param name="LogProbability">Exact log-probability: it reveals different arithmetic earlier than the tokens do.</param>
/// <param name="Moment">Time of arrival, see <see cref="System.Diagnostics.Stopwatch"/>.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TranscriptToken(string Text, double LogProbability, long Moment);
