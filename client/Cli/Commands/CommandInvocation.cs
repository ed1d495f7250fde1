using System.Text.Json.Nodes;
using OrleansInference.Cli.Output;

namespace OrleansInference.Cli.Commands;

/// <summary>Input of a command's action: its arguments, its settings, and whether it answers in JSON.</summary>
public sealed record CommandInvocation(ParseResult Arguments, SettingValues Settings, bool Json)
{
    public static Command Create(string name, string description, SettingSet settings, Symbol[] symbols, Func<CommandInvocation, Task> run) =>
        Create(name, description, settings, symbols, async invocation =>
        {
            await run(invocation);
            return 0;
        });

    /// <summary>Creates a command whose action returns the exit code.</summary>
    public static Command Create(string name, string description, SettingSet settings, Symbol[] symbols, Func<CommandInvocation, Task<int>> run)
    {
        Option<bool> json = JsonOption.Create();
        Command command = new(name, description);
        settings.AddTo(command);
        foreach (Symbol symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Arguments.Add(argument);
            }
            else
            {
                command.Options.Add((Option)symbol);
            }
        }

        command.Options.Add(json);
        command.SetAction((parse, _) => run(new CommandInvocation(parse, settings.Read(parse), parse.GetValue(json))));
        return command;
    }

    /// <summary>Prints the result of the command: with <c>--json</c> the document, otherwise what <paramref name="print"/> prints for people.</summary>
    public void Print(Func<JsonNode> describe, Action print)
    {
        if (Json)
        {
            JsonOutput.Write(describe());
        }
        else
        {
            print();
        }
    }
}
