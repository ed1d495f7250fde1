namespace OrleansInference.Tenancy.Audit.Masking;

/// <summary>Reads words and numbers of a text, in a bounded number of steps.</summary>
internal static class Scan
{
    private const int LabelDistance = 24;

    /// <summary>Reads what has the form of one of some patterns.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Place of the first character.</param>
    /// <param name="characters">Receives the letters and digits without the separators.</param>
    /// <param name="patterns">Patterns, see <see cref="Pattern"/>. No two of them fit the same text.</param>
    /// <returns>Characters with the separators; 0 if no pattern fits.</returns>
    public static int Any(ReadOnlySpan<char> text, int start, Span<char> characters, params ReadOnlySpan<string> patterns)
    {
        foreach (string pattern in patterns)
        {
            if (Pattern(text, start, characters, pattern))
            {
                return pattern.Length;
            }
        }

        return 0;
    }

    /// <summary>Compares a text with a pattern: 0 stands for a digit, A for an upper-case letter, * for a letter or digit, and everything else for itself. A word must end behind it.</summary>
    public static bool Pattern(ReadOnlySpan<char> text, int start, Span<char> characters, string pattern)
    {
        int end = start + pattern.Length;
        if (end > text.Length)
        {
            return false;
        }

        int count = 0;
        bool hasSpaces = false;
        for (int i = 0; i < pattern.Length; i++)
        {
            char character = text[start + i];
            bool fits = pattern[i] switch
            {
                '0' => char.IsAsciiDigit(character),
                'A' => char.IsAsciiLetterUpper(character),
                '*' => char.IsAsciiLetterOrDigit(character),
                _ => character == pattern[i],
            };
            if (!fits)
            {
                return false;
            }

            hasSpaces |= character == ' ';
            if (char.IsAsciiLetterOrDigit(character))
            {
                characters[count++] = character;
            }
        }

        return EndsAt(text, end) && !(hasSpaces && IsInList(text, start, end));
    }

    /// <summary>Returns whether a word can begin at a place: no letter or digit is before it, directly or behind a sign that joins words.</summary>
    public static bool BeginsAt(ReadOnlySpan<char> text, int at)
    {
        if (at == 0 || !IsWord(text[at - 1]))
        {
            return at < 2 || !(text[at - 1] == ':' ? char.IsDigit(text[at - 2]) : IsJoint(text[at - 1]) && IsWord(text[at - 2]));
        }

        return false;
    }

    /// <summary>Returns whether a word can end before a place.</summary>
    public static bool EndsAt(ReadOnlySpan<char> text, int at) => at >= text.Length || !(IsWord(text[at]) || (IsJoint(text[at]) && at + 1 < text.Length && IsWord(text[at + 1])));

    /// <summary>Returns whether one of some words stands shortly before a place.</summary>
    public static bool HasLabel(ReadOnlySpan<char> text, int at, params ReadOnlySpan<string> labels)
    {
        ReadOnlySpan<char> before = text[Math.Max(0, at - LabelDistance)..at];
        foreach (string label in labels)
        {
            if (before.Contains(label, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Returns whether a number with spaces before a place has another number before it, as in a list.</summary>
    public static bool IsBehindNumber(ReadOnlySpan<char> text, int start) => start > 1 && text[start - 1] == ' ' && char.IsAsciiDigit(text[start - 2]);

    private static bool IsInList(ReadOnlySpan<char> text, int start, int end) => IsBehindNumber(text, start) || (end + 1 < text.Length && text[end] == ' ' && char.IsAsciiDigit(text[end + 1]));

    private static bool IsWord(char character) => char.IsLetterOrDigit(character) || character == '_';

    private static bool IsJoint(char character) => character is '-' or '.' or '+';
}
