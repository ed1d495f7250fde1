using System.Globalization;

namespace OrleansInference.Tenancy.Audit.Files;

/// <summary>Names of the files of a folder: <c>audit-NODE-000001.jsonl</c>, counted from 1, and in addition to them <c>audit-NODE.lock</c> and <c>audit-NODE.start</c>.</summary>
/// <param name="Node">Name of the node.</param>
/// <param name="Number">Number of the file.</param>
internal readonly record struct AuditFileName(string Node, int Number)
{
    private const string Prefix = "audit-";
    private const string Suffix = ".jsonl";
    private const int MinDigits = 6;

    public override string ToString() => FormattableString.Invariant($"{Prefix}{Node}-{Number:D6}{Suffix}");

    public string In(string folder) => Path.Combine(folder, ToString());

    public static string LockOf(string folder, string node) => Path.Combine(folder, $"{Prefix}{node}.lock");

    public static string StartOf(string folder, string node) => Path.Combine(folder, $"{Prefix}{node}.start");

    /// <summary>Returns whether a text can name a node in the names of files.</summary>
    public static bool IsNode(string text) => text.Length is > 0 and <= 64 && text.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');

    public static AuditFileName? Parse(string name)
    {
        if (!name.StartsWith(Prefix, StringComparison.Ordinal) || !name.EndsWith(Suffix, StringComparison.Ordinal) || name.Length <= Prefix.Length + Suffix.Length)
        {
            return null;
        }

        string middle = name[Prefix.Length..^Suffix.Length];
        int dash = middle.LastIndexOf('-');
        return dash > 0 && middle.Length - dash - 1 >= MinDigits && IsNode(middle[..dash]) && int.TryParse(middle.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? new AuditFileName(middle[..dash], number)
            : null;
    }

    /// <summary>Lists the files of a folder, by node and number.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static List<AuditFileName> List(string folder) =>
    [
        .. Directory.EnumerateFiles(folder).Select(static path => Parse(Path.GetFileName(path))).OfType<AuditFileName>().OrderBy(static name => name.Node, StringComparer.Ordinal).ThenBy(static name => name.Number),
    ];

    /// <summary>Returns whether a folder has a file of an audit log, also one without lines.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static bool IsLog(string folder) => Directory.EnumerateFiles(folder, Prefix + "*").Any();

    /// <summary>Lists the files of a node in the order of their numbers.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static List<AuditFileName> List(string folder, string node) => [.. List(folder).Where(name => name.Node == node)];
}
