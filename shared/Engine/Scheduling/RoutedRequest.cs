using System.Diagnostics;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Engine.Scheduling;

/// <summary>A request in the router: the state that its choices share.</summary>
public sealed class RoutedRequest
{
    private readonly (Sequence? Sequence, bool Ended)[] _choices;
    private ChoiceLog[] _committed = [];

    /// <param name="request">The request, validated.</param>
    /// <param name="sink">Receives its tokens.</param>
    /// <param name="tenant">The tenant that sent it.</param>
    /// <param name="root">Root of its chains of pages.</param>
    /// <param name="stops">Conditions that end its choices.</param>
    /// <param name="order">Its index in the order of arrival.</param>
    /// <param name="arrived">Timestamp of its arrival.</param>
    /// <param name="deadline">Timestamp after which it is cancelled.</param>
    public RoutedRequest(GenerationRequest request, IRequestSink sink, Tenant tenant, PageRoot root, StopConditions stops, long order, long arrived, long deadline)
    {
        Request = request;
        Sink = sink;
        Tenant = tenant;
        Root = root;
        Stops = stops;
        Order = order;
        Arrived = arrived;
        Deadline = deadline;
        _choices = new (Sequence?, bool)[request.Choices];
        Open = request.Choices;
        PendingChoices = request.Choices;
    }

    public GenerationRequest Request { get; }

    public IRequestSink Sink { get; }

    public Tenant Tenant { get; }

    /// <summary>The root of the request's chains of pages. It does not change with the tenant's record.</summary>
    public PageRoot Root { get; }

    public StopConditions Stops { get; }

    public long Order { get; }

    public long Arrived { get; }

    internal long Deadline { get; }

    /// <summary>Timestamp when its first sequence left the queue; 0 before.</summary>
    public long AdmittedAt { get; set; }

    /// <summary>Timestamp when its first token was committed; 0 before.</summary>
    public long FirstTokenAt { get; private set; }

    /// <summary>Timestamp of the last commit of a token; 0 before the first.</summary>
    public long LastTokenAt { get; private set; }

    /// <summary>Number of tokens that this router generated for all choices.</summary>
    public int GeneratedTokens { get; private set; }

    /// <summary>Number of prompt tokens that were found in the prefix cache.</summary>
    public int CachedPromptTokens { get; set; }

    /// <summary>Span of the request in the router, the parent of the stages' spans; null if the request is not traced.</summary>
    public Activity? Span { get; set; }

    public int PromptLength => Request.Prompt.Length;

    /// <summary>Number of choices that have not ended.</summary>
    public int Open { get; private set; }

    /// <summary>Number of choices that wait until the first one has computed the prompt for all.</summary>
    internal int PendingChoices { get; private set; }

    /// <summary>Whether one of its sequences has left the queue.</summary>
    public bool Admitted { get; set; }

    /// <summary>Number of prompt tokens whose log-probabilities have been published, if they were requested.</summary>
    internal int MeasuredTokens { get; private set; }

    /// <summary>Whether prompt log-probabilities remain to be computed.</summary>
    public bool Measures => Request.PromptLogProbs && MeasuredTokens < PromptLength;

    /// <summary>Returns the sequence of a choice; null before it starts.</summary>
    public Sequence? Sequence(int choice) => _choices[choice].Sequence;

    internal bool HasEnded(int choice) => _choices[choice].Ended;

    /// <summary>
    /// Continues after the tokens that were generated before a loss, for each choice, and after the measured tokens of the prompt. Without any, the request starts from the beginning.
    /// </summary>
    public void Resume(ChoiceLog[] committed)
    {
        _committed = committed;
        for (int choice = 0; choice < committed.Length; choice++)
        {
            if (choice == _choices.Length)
            {
                MeasuredTokens = committed[choice].Tokens.Length;
            }
            else if (committed[choice].Finish != FinishReason.None)
            {
                End(choice);
            }
        }
    }

    /// <summary>Returns the tokens that a choice starts with.</summary>
    public ReadOnlySpan<int> Committed(int choice) => choice < _committed.Length ? _committed[choice].Tokens : [];

    /// <summary>Records that a token was committed.</summary>
    public void TokenAt(long timestamp)
    {
        GeneratedTokens++;
        FirstTokenAt = FirstTokenAt == 0 ? timestamp : FirstTokenAt;
        LastTokenAt = timestamp;
    }

    /// <summary>Records that a choice has ended.</summary>
    /// <returns>False when it had ended before.</returns>
    public bool End(int choice)
    {
        if (_choices[choice].Ended)
        {
            return false;
        }

        _choices[choice].Ended = true;
        Open--;
        return true;
    }

    /// <summary>Publishes the log-probability of a prompt token to all choices, unless it has been published.</summary>
    internal void PublishMeasured(int position, int token, float logProb, TokenLogProb[] top)
    {
        if (position < MeasuredTokens)
        {
            return;
        }

        for (int choice = 0; choice < Request.Choices; choice++)
        {
            Sink.Publish(new TokenEvent(choice, position - PromptLength, token, FinishReason.None) { LogProb = logProb, Top = top });
        }

        MeasuredTokens = position + 1;
    }

    /// <summary>Returns the sequence of the next choice, or null when all choices have started.</summary>
    internal Sequence? StartNextChoice()
    {
        while (PendingChoices > 0)
        {
            int choice = _choices.Length - PendingChoices--;
            if (!_choices[choice].Ended)
            {
                return _choices[choice].Sequence = new Sequence(this, choice);
            }
        }

        return null;
    }
}
