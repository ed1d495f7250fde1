using System.Text;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Sampling;

namespace OrleansInference.Api.Generation;

/// <summary>Collects the whole answer, for requests without a stream.</summary>
internal sealed class CollectingSink : IChoiceSink
{
    private readonly SortedDictionary<int, CollectedChoice> _choices = [];

    public IEnumerable<CollectedChoice> Choices => _choices.Values;

    public ValueTask WriteAsync(ChoiceUpdate update, CancellationToken cancellationToken)
    {
        if (!_choices.TryGetValue(update.Choice.Index, out CollectedChoice? collected))
            _choices.Add(update.Choice.Index, collected = new CollectedChoice(update.Choice));
        collected.Reasoning.Append(update.Reasoning);
        collected.Content.Append(update.Content);
        collected.Scores.AddRange(update.Choice.Released);
        return ValueTask.CompletedTask;
    }
}

/// <summary>Finished choice.</summary>
internal sealed class CollectedChoice(Choice choice)
{
    public int Index => choice.Index;

    public string? Echo => choice.Echo;

    public FinishReason Finish => choice.Finish;

    public IReadOnlyList<ScoredToken> PromptScores => choice.PromptScores;

    public StringBuilder Reasoning { get; } = new();

    public StringBuilder Content { get; } = new();

    public List<ScoredToken> Scores { get; } = [];
}
