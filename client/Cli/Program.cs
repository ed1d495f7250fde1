using OrleansInference.Cli;
using OrleansInference.Cli.Commands;

return Suggestions.Asked(args) is { } line
    ? CompletionCommand.Suggest(CliCommands.CreateRoot(), line)
    : await CommandLineApplication.RunAsync(CliCommands.CreateRoot(), OtherProgramCommand.WithCommand(args), OtherProgramCommand.RunOther);
