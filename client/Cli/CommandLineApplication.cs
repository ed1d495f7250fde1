using System.CommandLine;
using OrleansInference.Cli.Commands;
using OrleansInference.Cli.Hosting;
using OrleansInference.Cli.Output;
using OrleansInference.Models;
using OrleansInference.Serving.Hosting;
using OrleansInference.Settings;

namespace OrleansInference.Cli;

/// <summary>The command line as a whole: its tree of commands, and its error handling.</summary>
internal static class CommandLineApplication
{
    /// <summary>Runs the command that <paramref name="arguments"/> name. Options without a command are those of <c>serve</c>.</summary>
    /// <returns>The exit code: one of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (Suggestions.Asked(arguments) is { } line)
        {
            return CompletionCommand.Suggest(CreateRoot(), line);
        }

        bool asksForHelp = arguments is ["--help" or "-h" or "-?" or "/?" or "--version", ..];
        bool namesCommand = arguments is [['-', ..], ..] == false && arguments.Length > 0;
        string[] given = asksForHelp || namesCommand ? arguments : [ServeCommand.Name, .. arguments];
        ErrorOutput errors = new(arguments.Contains(JsonOption.Name));
        ParseResult parse = CreateRoot().Parse(given);
        if (parse.Errors.Count > 0)
        {
            errors.Write(string.Join(" ", parse.Errors.Select(error => error.Message)), $"'{parse.CommandResult.Command.Name} --help' lists the options.");
            return ExitCode.UsageError;
        }

        try
        {
            if (given[0] is ServeCommand.Name or DoctorCommand.Name)
            {
                NodeProgram.Become(given[0] == ServeCommand.Name ? given[1..] : given);
            }

            // Ctrl-C and SIGTERM belong to the commands: the chat stops an answer, a measurement prints what it has.
            return await parse.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (InferenceException exception)
        {
            errors.Write(exception.Message);
            return exception.Code == ErrorCode.InvalidOption ? ExitCode.UsageError : ExitCode.Failure;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or HttpRequestException)
        {
            errors.Write(exception.Message);
            return ExitCode.Failure;
        }
        catch (Exception exception)
        {
            errors.Write($"Internal error, {exception.GetType().Name}: {exception.Message}", exception.StackTrace);
            return ExitCode.Failure;
        }
    }

    internal static RootCommand CreateRoot() => new("Serves DeepSeek-R1-family language models. The default command is serve.")
    {
        ServeCommand.Create(),
        DoctorCommand.Create(),
        CompletionCommand.Create(),
        ChatCommand.Create(),
        new Command("model", "Inspects or creates a checkpoint")
        {
            ModelInfoCommand.Create(),
            ModelTokenizeCommand.Create(),
            ModelRenderCommand.Create(),
            ModelEvalCommand.Create(),
            ModelCreateCommand.Create(),
        },
        new Command("cluster", "Shows and administers a cluster")
        {
            ClusterStatusCommand.Create(),
            ClusterPlanCommand.Create(),
            ClusterDrainCommand.Create(),
        },
        SimulateCommand.Create(),
        new Command("bench", "Measures")
        {
            BenchEngineCommand.Create(),
            BenchPartsCommand.Create(),
            BenchServeCommand.Create(),
            BenchSoakCommand.Create(),
            BenchStartsCommand.Create(),
            BenchChaosCommand.Create(),
            BenchClusterCommand.Create(),
            BenchBusyLoopsCommand.Create(),
        },
    };
}
