using System.CommandLine;

namespace OrleansInference.Cli.Output;

/// <summary>Option of every command that prints one JSON document on standard output and nothing else.</summary>
internal static class JsonOption
{
    public const string Name = "--json";

    public static Option<bool> Create() => new(Name) { Description = "Print one JSON document on standard output and nothing else" };
}
