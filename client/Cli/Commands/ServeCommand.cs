using System.CommandLine;

namespace OrleansInference.Cli.Commands;

/// <summary><c>serve</c>: the node's program. It takes its own settings, so this one reads none of them.</summary>
internal static class ServeCommand
{
    public const string Name = "serve";

    public static Command Create() => new(Name, "Serves a model over HTTP, with a chat page, from one node or several; 'serve --help' lists the settings") { TreatUnmatchedTokensAsErrors = false };
}
