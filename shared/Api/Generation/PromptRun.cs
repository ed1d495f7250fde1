using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Api.Generation;

/// <summary>Generation for one prompt: reads its tokens and passes each choice's text to the sink. Disposing it stops the generation.</summary>
internal sealed class PromptRun : IAsyncDisposable
{
    private readonly PreparedPrompt _prompt;
    private readonly IGeneration _generation;
    private readonly RequestMetrics _metrics;
    private readonly List<ScoredToken> _promptScores = [];
    private readonly Choice[] _choices;
    private int _unfinished;

    private PromptRun(PreparedPrompt prompt, IGeneration generation, int firstIndex, RequestMetrics metrics)
    {
        _prompt = prompt;
        _generation = generation;
        _metrics = metrics;
        _unfinished = prompt.Request.Choices;
        _choices = [.. Enumerable.Range(0, _unfinished).Select(choice => new Choice(firstIndex + choice, prompt, _promptScores))];
    }

    public IReadOnlyList<Choice> Choices => _choices;

    public int PromptTokens => _prompt.Request.Prompt.Length;

    public int CachedPromptTokens => _generation.CachedPromptTokens;

    /// <summary>Identifier of the generation for a client that resumes; null if the service does not support it.</summary>
    public string? Session => (_generation as IResumableGeneration)?.Session;

    /// <param name="service">The service.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="session">Generation to continue; null for a new one.</param>
    /// <param name="firstIndex">Index of the prompt's first choice in the answer.</param>
    /// <param name="metrics">Metrics that record every token.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public static async ValueTask<PromptRun> StartAsync(
        IInferenceService service, PreparedPrompt prompt, string? session, int firstIndex, RequestMetrics metrics, CancellationToken cancellationToken)
    {
        GenerationRequest request = metrics.Traced(prompt.Request);
        IGeneration generation = (session, prompt.Session) switch
        {
            ({ } started, _) => await ((IResumableInference)service).ResumeAsync(started, request, cancellationToken),
            (_, { } reserved) => await ((IResumableInference)service).StartAsync(reserved, request, cancellationToken),
            _ => await service.StartAsync(request, cancellationToken),
        };
        return new PromptRun(prompt, generation, firstIndex, metrics);
    }

    public async Task RunAsync(IChoiceSink sink, CancellationToken cancellationToken)
    {
        try
        {
            await ReadAsync(sink, cancellationToken);
        }
        catch (InferenceException)
        {
            // Every token that is counted reaches the client, also those whose text waited for the next ones.
            foreach (Choice choice in _choices)
            {
                if (choice.Finish is FinishReason.None && choice.Tokens > 0 && choice.Rest() is { } rest && (rest.Reasoning.Length > 0 || rest.Content.Length > 0 || choice.Released.Count > 0))
                    await sink.WriteAsync(rest, cancellationToken);
            }

            throw;
        }
    }

    private async Task ReadAsync(IChoiceSink sink, CancellationToken cancellationToken)
    {
        await foreach (TokenEvent token in _generation.ReadAsync(cancellationToken))
        {
            if (token.Index < 0)
            {
                AddPromptScore(token);
                continue;
            }

            Choice choice = _choices[token.Choice];
            if (choice.Finish is not FinishReason.None)
                continue;
            _metrics.Token(choice);
            ChoiceUpdate update = choice.Take(token);
            if (update.Stopped && token.Finish is FinishReason.None)
                _generation.Stop(token.Choice, choice.Tokens);
            if (!update.IsEmpty)
                await sink.WriteAsync(update, cancellationToken);
            if (choice.Finish is not FinishReason.None && --_unfinished == 0)
                return;
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw new InferenceException(ErrorCode.Internal, $"The generation {_prompt.Request.RequestId} ended with {_unfinished} choices unfinished.");
    }

    /// <summary>Waits until what is counted of the prompt and its choices is durable.</summary>
    public Task ConfirmAsync(CancellationToken cancellationToken) => _generation.ConfirmAsync(cancellationToken);

    /// <summary>Keeps the generation for a while, because the client may resume.</summary>
    public ValueTask LeaveAsync() => _generation is IResumableGeneration resumable ? resumable.LeaveAsync() : ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _generation.DisposeAsync();

    /// <summary>Records a prompt token's score once: all choices share the prompt.</summary>
    private void AddPromptScore(in TokenEvent token)
    {
        if (token.Choice == 0 && _prompt.Request.PromptLogProbs)
            _promptScores.Add(ScoredToken.From(token, isReasoning: false));
    }
}
