namespace OrleansInference.Tenancy.Audit.Masking;

/// <summary>Finds personal data of a kind at a place in a text.</summary>
/// <param name="text">The text.</param>
/// <param name="start">Place at which a word or number begins.</param>
/// <returns>Characters of what was found; 0 if nothing was. A rule looks at a bounded number of characters, so that a text of any form takes linear time.</returns>
internal delegate int MaskMatch(ReadOnlySpan<char> text, int start);

/// <summary>A kind of personal data and how it is found.</summary>
/// <param name="Name">Name of the kind, as in settings; the replacement is the name in brackets.</param>
/// <param name="Begins">Kinds of the first character.</param>
/// <param name="Match">Finds it.</param>
internal sealed record MaskRule(string Name, FirstCharacters Begins, MaskMatch Match)
{
    public string Replacement { get; } = $"[{Name}]";

    /// <summary>Whether the rule itself knows where a match can begin. The others are asked only where a word or number begins.</summary>
    public bool HasOwnBorders { get; init; }
}

/// <summary>Kinds of characters that a match can begin with.</summary>
[Flags]
internal enum FirstCharacters
{
    None = 0,
    Digit = 1,
    Letter = 2,

    /// <summary>An opening parenthesis or a plus sign.</summary>
    Phone = 4,

    /// <summary>Another character that a local part of an address can begin with.</summary>
    Symbol = 8,
}
