using OrleansInference.Engine.Requests;

namespace OrleansInference.Engine.Scheduling;

/// <summary>A request as the router holds it: what its choices have in common.</summary>
internal sealed class RoutedRequest
{
    private readonly Sequence?[] _sequences;
    private readonly bool[] _ended;
    private ChoiceLog[] _committed = [];

    /// <param name="request">The request, validated.</param>
    /// <param name="sink">Where its tokens go.</param>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="stops">What ends its choices.</param>
    /// <param name="order">Its place in the order of arrival.</param>
    /// <param name="arrived">Timestamp of its arrival.</param>
    /// <param name="deadline">Timestamp after which it is cancelled.</param>
    public RoutedRequest(GenerationRequest request, IRequestSink sink, Tenant tenant, StopConditions stops, long order, long arrived, long deadline)
    {
        Request = request;
        Sink = sink;
        Tenant = tenant;
        Stops = stops;
        Order = order;
        Arrived = arrived;
        Deadline = deadline;
        _sequences = new Sequence?[request.Choices];
        _ended = new bool[request.Choices];
        Open = request.Choices;
        PendingChoices = request.Choices;
    }

    public GenerationRequest Request { get; }

    public IRequestSink Sink { get; }

    public Tenant Tenant { get; }

    public StopConditions Stops { get; }

    public long Order { get; }

    public long Arrived { get; }

    public long Deadline { get; }

    public int PromptLength => Request.Prompt.Length;

    /// <summary>Choices that have not ended.</summary>
    public int Open { get; private set; }

    /// <summary>Choices that wait for the first one to compute the prompt for all.</summary>
    public int PendingChoices { get; private set; }

    /// <summary>Whether one of its sequences has left the queue.</summary>
    public bool Admitted { get; set; }

    /// <summary>Prompt tokens whose log-probabilities have been published, where they are wanted.</summary>
    public int MeasuredTokens { get; set; }

    /// <summary>Whether prompt log-probabilities are still to be computed.</summary>
    public bool Measures => Request.PromptLogProbs && MeasuredTokens < PromptLength;

    public ReadOnlySpan<Sequence?> Sequences => _sequences;

    public bool HasEnded(int choice) => _ended[choice];

    /// <summary>Goes on after what was generated before a loss, for each choice and for the prompt where it is measured; with nothing, from the beginning.</summary>
    public void Resume(ChoiceLog[] committed)
    {
        _committed = committed;
        for (int choice = 0; choice < committed.Length; choice++)
        {
            if (choice == _ended.Length)
            {
                MeasuredTokens = committed[choice].Tokens.Length;
            }
            else if (committed[choice].Finish != FinishReason.None)
            {
                End(choice);
            }
        }
    }

    /// <summary>What a choice begins with.</summary>
    public ReadOnlySpan<int> Committed(int choice) => choice < _committed.Length ? _committed[choice].Tokens : [];

    /// <summary>Notes that a choice has ended.</summary>
    /// <returns>Whether it had not before.</returns>
    public bool End(int choice)
    {
        if (_ended[choice])
        {
            return false;
        }

        _ended[choice] = true;
        Open--;
        return true;
    }

    /// <summary>The next choice that is to be generated, or null when all have begun.</summary>
    public Sequence? StartNextChoice()
    {
        while (PendingChoices > 0)
        {
            int choice = _sequences.Length - PendingChoices--;
            if (!_ended[choice])
            {
                return _sequences[choice] = new Sequence(this, choice);
            }
        }

        return null;
    }
}
