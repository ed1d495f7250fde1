using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Api.Generation;

/// <summary>One prompt's generation: reads its tokens and gives each choice's text to the sink. Disposing it stops the work.</summary>
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

    /// <summary>The generation's name for a client that comes back; null where none can.</summary>
    public string? Session => (_generation as IResumableGeneration)?.Session;

    /// <param name="service">The service.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="session">The generation that it goes on with; null for a new one.</param>
    /// <param name="firstIndex">Index of the prompt's first choice in the answer.</param>
    /// <param name="metrics">Told of every token.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async ValueTask<PromptRun> StartAsync(
        IInferenceService service, PreparedPrompt prompt, string? session, int firstIndex, RequestMetrics metrics, CancellationToken cancellationToken)
    {
        IGeneration generation = session is null
            ? await service.StartAsync(prompt.Request, cancellationToken)
            : await ((IResumableInference)service).ResumeAsync(session, prompt.Request, cancellationToken);
        return new PromptRun(prompt, generation, firstIndex, metrics);
    }

    public async Task RunAsync(IChoiceSink sink, CancellationToken cancellationToken)
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
                _generation.Stop(token.Choice);
            if (!update.IsEmpty)
                await sink.WriteAsync(update, cancellationToken);
            if (choice.Finish is not FinishReason.None && --_unfinished == 0)
                return;
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw new InferenceException(ErrorCode.Internal, $"The generation {_prompt.Request.RequestId} ended with {_unfinished} choices unfinished.");
    }

    /// <summary>The client may come back: the work goes on for a while.</summary>
    public ValueTask LeaveAsync() => _generation is IResumableGeneration resumable ? resumable.LeaveAsync() : ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _generation.DisposeAsync();

    /// <summary>The prompt's tokens are the same for all choices.</summary>
    private void AddPromptScore(in TokenEvent token)
    {
        if (token.Choice == 0 && _prompt.Request.PromptLogProbs)
            _promptScores.Add(ScoredToken.From(token, isReasoning: false));
    }
}
