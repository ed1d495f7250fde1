using System.CommandLine;
using OrleansInference.Bench;
using OrleansInference.Cli;

namespace OrleansInference.CliTests;

/// <summary>The commands of <c>./run.sh</c>, whichever program they belong to.</summary>
internal static class CommandTree
{
    private static readonly RootCommand Client = CliCommands.CreateRoot();
    private static readonly RootCommand Bench = BenchCommands.CreateRoot();

    /// <summary>The paths of the commands that users call, as in <c>model info</c>.</summary>
    public static IEnumerable<string> Leaves => Leaf(Client, string.Empty).Where(path => Find(path.Split(' ')) == Client).Concat(Leaf(Bench, string.Empty));

    public static ParseResult Parse(params string[] words) => Find(words).Parse(words);

    private static RootCommand Find(string[] words) => words is [string first, ..] && Bench.Subcommands.Any(command => command.Name == first) ? Bench : Client;

    private static IEnumerable<string> Leaf(Command command, string path) => command.Subcommands.Count == 0
        ? [path]
        : command.Subcommands.Where(child => !child.Hidden).SelectMany(child => Leaf(child, $"{path} {child.Name}".Trim()));
}
