using Spectre.Console;

namespace OrleansInference.Cli.Chat;

/// <summary>Reads questions until the input ends or is /exit. Ctrl-C stops the current answer or, if there is none, the program.</summary>
/// <param name="console">Console for the answers; null shows nothing.</param>
internal sealed class ChatLoop(Conversation conversation, string model, IAnsiConsole? console)
{
    private readonly ChatScreen? _screen = console is null
        ? null
        : new ChatScreen(console.Profile.Out.Writer, console.Profile.Capabilities.Ansi && console.Profile.Out.IsTerminal);

    public async Task RunAsync(TextReader input)
    {
        bool interactive = console is not null && !Console.IsInputRedirected;
        if (interactive)
        {
            console!.MarkupLineInterpolated($"[bold]{model}[/]  [dim]/reset clears the conversation, /exit ends the program, Ctrl-C stops an answer[/]");
        }

        while (true)
        {
            if (interactive)
            {
                console!.Markup("[bold]>[/] ");
            }

            switch ((await input.ReadLineAsync())?.Trim())
            {
                case null or "/exit":
                    return;
                case "":
                    break;
                case "/reset":
                    conversation.Reset();
                    break;
                case ['/', ..] command when interactive:
                    console!.MarkupLineInterpolated($"[dim]Unknown command {command}; the commands are /reset and /exit.[/]");
                    break;
                case string question when interactive:
                    await AskAndReportAsync(question);
                    break;
                case string question:
                    await AskAsync(question);
                    break;
            }
        }
    }

    public async Task AskAsync(string question)
    {
        using CancellationTokenSource stop = new();
        void OnInterrupt(object? sender, ConsoleCancelEventArgs interrupt)
        {
            interrupt.Cancel = true;
            stop.Cancel();
        }

        Console.CancelKeyPress += OnInterrupt;
        try
        {
            _screen?.Begin();
            await conversation.AskAsync(question, delta => _screen?.Show(delta), stop.Token);
            _screen?.End();
        }
        finally
        {
            Console.CancelKeyPress -= OnInterrupt;
        }
    }

    private async Task AskAndReportAsync(string question)
    {
        try
        {
            await AskAsync(question);
        }
        catch (Exception exception) when (exception is InferenceException or HttpRequestException or IOException)
        {
            console!.MarkupLineInterpolated($"[red]{exception.Message}[/]");
        }
    }
}
