using OrleansInference.Engine.Requests;

namespace OrleansInference.Api.Generation;

/// <summary>Request in progress: the generations of all its prompts. Disposing it stops the unfinished ones.</summary>
internal sealed class RequestRun : IAsyncDisposable
{
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(2);

    private readonly List<PromptRun> _prompts = [];

    /// <summary>Identifier of the generation of each prompt, for a client that resumes; null if one cannot be resumed.</summary>
    public IReadOnlyList<string>? Sessions => _prompts.TrueForAll(static prompt => prompt.Session is not null) ? [.. _prompts.Select(static prompt => prompt.Session!)] : null;

    public IEnumerable<Choice> Choices => _prompts.SelectMany(prompt => prompt.Choices);

    public static async ValueTask<RequestRun> StartAsync(IInferenceService service, PreparedRequest request, RequestMetrics metrics, CancellationToken cancellationToken)
    {
        RequestRun run = new();
        try
        {
            int firstIndex = 0;
            foreach (PreparedPrompt prompt in request.Prompts)
            {
                string? session = request.Resume?.Sessions[run._prompts.Count];
                run._prompts.Add(await PromptRun.StartAsync(service, prompt, session, firstIndex, metrics, cancellationToken));
                firstIndex += prompt.Request.Choices;
            }

            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs all prompts to their end. If one fails, the others are stopped and its error is thrown.</summary>
    public async Task RunAsync(IChoiceSink sink, CancellationToken cancellationToken)
    {
        if (_prompts.Count == 1)
        {
            await _prompts[0].RunAsync(sink, cancellationToken);
            return;
        }

        using SerialSink serial = new(sink);
        using CancellationTokenSource failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task> running = [.. _prompts.Select(prompt => prompt.RunAsync(serial, failed.Token))];
        Task? first = null;
        await foreach (Task ended in Task.WhenEach(running))
        {
            if (ended.IsCompletedSuccessfully)
                continue;
            first ??= ended;
            await failed.CancelAsync();
        }

        if (first is not null)
            await first;
    }

    public Usage Usage() => Api.Usage.From(
        _prompts.Sum(prompt => prompt.PromptTokens),
        _prompts.Sum(prompt => prompt.CachedPromptTokens),
        Choices.Sum(choice => choice.Tokens),
        Choices.Sum(choice => choice.ReasoningTokens));

    /// <summary>
    /// Waits until what is counted of the request is durable, before its client can take the answer for complete, so that the tokens of a complete answer are counted although its node is killed. If the database does not
    /// answer, the client does not wait for it longer than <see cref="ConfirmTimeout"/>.
    /// </summary>
    public async Task ConfirmAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(ConfirmTimeout, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await Task.WhenAll(_prompts.Select(prompt => prompt.ConfirmAsync(either.Token)));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It is durable when the database answers again, unless the node ends before.
        }
    }

    /// <summary>Keeps the generations for a client that may resume. Disposing then does not stop them.</summary>
    public async ValueTask LeaveAsync()
    {
        foreach (PromptRun prompt in _prompts)
        {
            await prompt.LeaveAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (PromptRun prompt in _prompts)
        {
            await prompt.DisposeAsync();
        }
    }
}
