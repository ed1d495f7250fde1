using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using System.Text.RegularExpressions;

namespace OrleansInference.Settings;

/// <summary>
/// Completions for shells. The scripts of <c>completion</c> start a program with <c>[suggest:POSITION] LINE</c>; it prints the completions at the position, one
/// on each line.
/// </summary>
public static partial class Suggestions
{
    /// <summary>Reads a request for completions from the arguments.</summary>
    /// <returns>The command line up to the position; null if the arguments are another request.</returns>
    public static string? Asked(string[] arguments)
    {
        if (arguments is not [string directive, string line] || Directive().Match(directive) is not { Success: true } match)
        {
            return null;
        }

        int position = int.TryParse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out int given) ? given : line.Length;
        return line[..Math.Min(position, line.Length)];
    }

    /// <summary>Creates the arguments of a request for completions.</summary>
    public static string[] Ask(string line) => [string.Create(CultureInfo.InvariantCulture, $"[suggest:{line.Length}]"), line];

    /// <summary>Prints the completions at the end of a command line.</summary>
    /// <param name="root">Command tree of the program.</param>
    /// <param name="line">Command line without the program's name.</param>
    public static void Print(RootCommand root, string line)
    {
        int begin = line.LastIndexOf(' ') + 1;
        string word = line[begin..];
        string[] before = line[..begin].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Command command = root.Parse(before).CommandResult.Command;
        foreach (string candidate in Candidates(command, before, word).Where(candidate => candidate.StartsWith(word, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            Console.Out.WriteLine(candidate);
        }
    }

    private static IEnumerable<string> Candidates(Command command, string[] before, string word)
    {
        Option? last = before.Length > 0 ? command.Options.FirstOrDefault(option => option.Name == before[^1]) : null;
        if (last is not null && last.ValueType != typeof(bool))
        {
            return Words(last);
        }

        IEnumerable<string> options = command.Options.Where(static option => !option.Hidden).Select(static option => option.Name);
        string[] words = [.. command.Subcommands.Where(static child => !child.Hidden).Select(static child => child.Name), .. command.Arguments.SelectMany(Words)];
        return word.StartsWith('-') || words.Length == 0 ? options : words;
    }

    private static IEnumerable<string> Words(Symbol symbol) => symbol.GetCompletions(CompletionContext.Empty).Select(static item => item.InsertText ?? item.Label);

    [GeneratedRegex(@"^\[suggest(?::(\d+))?\]$")]
    private static partial Regex Directive();
}
