using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace OrleansInference.Api.Generation;

/// <summary>
/// Counts the events of a stream, so that each has an id and none that the client has received is sent again. Each choice has its own count, because the events of a choice depend only
/// on its tokens, but the interleaving of the choices does not.
/// </summary>
/// <param name="answer">Identifier of the answer.</param>
/// <param name="sessions">Session that generates, for each prompt.</param>
/// <param name="choices">Number of choices of each prompt.</param>
/// <param name="resumed">Progress of the client; null for a new stream.</param>
internal sealed class StreamPosition(AnswerId answer, IReadOnlyList<string> sessions, int choices, ResumePoint? resumed)
{
    private const int MaxDigits = 10;

    private readonly byte[] _answer = Encoding.ASCII.GetBytes($"{answer}.");
    private readonly byte[][] _sessions = [.. sessions.Select(static session => Encoding.ASCII.GetBytes($"{session}:"))];
    private readonly int[] _events = [.. resumed?.Events ?? new int[sessions.Count * choices]]; // number of events that the client will have received
    private readonly int[] _written = new int[sessions.Count * choices];
    private bool _usage = resumed?.Usage ?? false;

    /// <summary>Counts the next event of a choice.</summary>
    /// <returns>Whether the client has received it already.</returns>
    public bool Has(int choice)
    {
        if (_written[choice]++ < _events[choice])
            return true;
        _events[choice]++;
        return false;
    }

    /// <summary>Counts the event with the usage.</summary>
    /// <returns>Whether the client has received it already.</returns>
    public bool HasUsage()
    {
        bool has = _usage;
        _usage = true;
        return has;
    }

    /// <summary>Writes the id of the last counted event.</summary>
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
