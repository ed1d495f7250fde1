using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace OrleansInference.Api.Generation;

/// <summary>
/// Counts a stream's events, so that each has an id and none that the client has is sent again. Each choice is counted on its own: a choice's events follow from its
/// tokens alone, in which order the choices take turns does not.
/// </summary>
/// <param name="answer">The answer.</param>
/// <param name="sessions">For each prompt, who generates.</param>
/// <param name="choices">Choices of each prompt.</param>
/// <param name="resumed">What the client has; null for nothing.</param>
internal sealed class StreamPosition(AnswerId answer, IReadOnlyList<string> sessions, int choices, ResumePoint? resumed)
{
    private const int MaxDigits = 10;

    private readonly byte[] _answer = Encoding.ASCII.GetBytes($"{answer}.");
    private readonly byte[][] _sessions = [.. sessions.Select(static session => Encoding.ASCII.GetBytes($"{session}:"))];
    private readonly int[] _events = [.. resumed?.Events ?? new int[sessions.Count * choices]]; // those that the client will have
    private readonly int[] _written = new int[sessions.Count * choices];
    private bool _usage = resumed?.Usage ?? false;

    /// <summary>Counts the next event of a choice.</summary>
    /// <returns>Whether the client has it already.</returns>
    public bool Has(int choice)
    {
        if (_written[choice]++ < _events[choice])
            return true;
        _events[choice]++;
        return false;
    }

    /// <summary>Counts the event with the usage.</summary>
    /// <returns>Whether the client has it already.</returns>
    public bool HasUsage()
    {
        bool has = _usage;
        _usage = true;
        return has;
    }

    /// <summary>Writes the id of the event that was counted last.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        output.Write(_answer);
        for (int i = 0; i < _events.Length; i++)
        {
            if (i % choices == 0)
            {
                output.Write(i > 0 ? ";"u8 : ""u8);
                output.Write(_sessions[i / choices]);
            }
            else
            {
                output.Write(","u8);
            }

            Utf8Formatter.TryFormat(_events[i], output.GetSpan(MaxDigits), out int written);
            output.Advance(written);
        }

        output.Write(_usage ? "!"u8 : ""u8);
    }
}
