using OrleansInference.Cli;
using OrleansInference.Cli.Commands;

return await CommandLineApplication.RunAsync(CliCommands.CreateRoot(), OtherProgramCommand.WithCommand(args), OtherProgramCommand.RunOther);
