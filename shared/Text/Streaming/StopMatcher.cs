using System.Text;

namespace OrleansInference.Text.Streaming;

/// <summary>
/// Finds the first completed stop string in a text that arrives in pieces; among strings completed by the same character the longest wins. It holds back only
/// the longest end of the text that may still become a stop string. It searches for each string with the automaton of Knuth, Morris and Pratt (1977), so the
/// work is linear in the text, and the result does not depend on the pieces.
/// </summary>
internal sealed class StopMatcher
{
    private readonly string[] _stops;
    private readonly int[][] _borders; // [stop][matched characters]: longest proper prefix that is also a suffix
    private readonly int[] _matched; // [stop]: characters of it that the text now ends with
    private readonly StringBuilder _held = new();

    /// <param name="stops">Stop strings. Empty strings, and those that begin or end within a surrogate pair, never match.</param>
    public StopMatcher(IEnumerable<string> stops)
    {
        _stops = [.. stops.Where(stop => stop.Length > 0 && !char.IsLowSurrogate(stop[0]) && !char.IsHighSurrogate(stop[^1]))];
        _borders = Array.ConvertAll(_stops, Borders);
        _matched = new int[_stops.Length];
    }

    /// <summary>Text that was added but not released yet.</summary>
    public StringBuilder Held => _held;

    /// <summary>Adds <paramref name="text"/>, appends the certain part to <paramref name="released"/>, and returns the found stop string, if any.</summary>
    /// <remarks>After a find, the text before the stop string has been released, the rest is dropped, and the matcher must not be used further.</remarks>
    public string? Append(ReadOnlySpan<char> text, StringBuilder released)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (Advance(text[i]) is { } found)
            {
                _held.Append(text[..(i + 1)]);
                released.Append(_held, 0, _held.Length - found.Length);
                _held.Clear();
                return found;
            }
        }

        _held.Append(text);
        int certain = _held.Length - Longest();
        released.Append(_held, 0, certain);
        _held.Remove(0, certain);
        return null;
    }

    /// <summary>Ends the text: no held-back text can become a stop string any more.</summary>
    public void Flush(StringBuilder released)
    {
        released.Append(_held);
        _held.Clear();
    }

    private string? Advance(char next)
    {
        string? found = null;
        for (int i = 0; i < _stops.Length; i++)
        {
            string stop = _stops[i];
            int matched = _matched[i];
            while (matched > 0 && stop[matched] != next)
            {
                matched = _borders[i][matched];
            }

            _matched[i] = matched = stop[matched] == next ? matched + 1 : 0;
            if (matched == stop.Length && (found is null || found.Length < stop.Length))
            {
                found = stop;
            }
        }

        return found;
    }

    private int Longest()
    {
        int longest = 0;
        foreach (int matched in _matched)
        {
            longest = Math.Max(longest, matched);
        }

        return longest;
    }

    private static int[] Borders(string stop)
    {
        int[] borders = new int[stop.Length];
        int border = 0;
        for (int i = 1; i < stop.Length - 1; i++)
        {
            while (border > 0 && stop[border] != stop[i])
            {
                border = borders[border];
            }

            borders[i + 1] = border = stop[border] == stop[i] ? border + 1 : 0;
        }

        return borders;
    }
}
