using OrleansInference.Cli.Output;
using OrleansInference.Cluster.Programs;

namespace OrleansInference.Cli;

/// <summary>Runs a command line and reports its errors.</summary>
public static class CommandLineApplication
{
    /// <param name="root">Command tree.</param>
    /// <param name="arguments">Arguments of the program.</param>
    /// <param name="before">Runs before the command, with the arguments. Its errors are reported like those of a command.</param>
    /// <returns>Exit code: one of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(RootCommand root, string[] arguments, Action<string[]>? before = null)
    {
        ErrorOutput errors = new(arguments.Contains(JsonOption.Name));
        ParseResult parse = root.Parse(arguments);
        if (parse.Errors.Count > 0)
        {
            errors.Write(string.Join(" ", parse.Errors.Select(error => error.Message)), $"'{parse.CommandResult.Command.Name} --help' lists the options.");
            return ExitCode.UsageError;
        }

        try
        {
            before?.Invoke(arguments);

            // The commands handle Ctrl-C and SIGTERM themselves: the chat stops an answer, a measurement prints its figures so far.
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
}
