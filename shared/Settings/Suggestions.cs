using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using System.Text.RegularExpressions;

namespace OrleansInference.Settings;

/// <summary>
/// Completions for shells: a program that is started with <c>[suggest:POSITION] LINE</c>, as the scripts of <c>completion</c> start it, prints what could stand at the position, a line each.
/// </summary>
public static partial class Suggestions
{
    /// <summary>What a shell asks to be completed.</summary>
    /// <returns>The command line to the position; null where the arguments ask for something else.</returns>
    public static string? Asked(string[] arguments)
    {
        if (arguments is not [string directive, string line] || Directive().Match(directive) is not { Success: true } match)
        {
            return null;
        }

        int position = int.TryParse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out int given) ? given : line.Length;
        return line[..Math.Min(position, line.Length)];
    }

    /// <summary>The arguments with which a program is asked.</summary>
    public static string[] Ask(string line) => [string.Create(CultureInfo.InvariantCulture, $"[suggest:{line.Length}]"), line];

    /// <summary>Prints what could stand at the end of a command line.</summary>
    /// <param name="root">The program's commands.</param>
    /// <param name="line">Without the program's name.</param>
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
