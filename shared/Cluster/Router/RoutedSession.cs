using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Scheduling;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Router;

/// <summary>The router's state of a session: the generated tokens, and how many of them the session has committed.</summary>
public sealed class RoutedSession : IRequestSink
{
    private readonly int _router;
    private readonly Choice[] _choices;
    private readonly int _prompt; // index of the prompt's log, or −1
    private readonly int _promptLength;
    private bool _completed; // no more tokens will be generated

    /// <param name="number">Number of the session.</param>
    /// <param name="router">Number of this activation of the router.</param>
    /// <param name="request">The request.</param>
    /// <param name="committed">The choices as the session has committed them.</param>
    public RoutedSession(int number, int router, GenerationRequest request, ChoiceLog[] committed)
    {
        Number = number;
        _router = router;
        _choices = [.. TokenLog.Of(request, committed).Zip(committed, static (log, known) => new Choice(log, known))];
        _prompt = TokenLog.PromptOf(request);
        _promptLength = request.Prompt.Length;
    }

    public int Number { get; }

    public int CachedPromptTokens { get; set; }

    public RoutedRequest? Request { get; set; }

    /// <summary>The error that ended the request; null if there was none.</summary>
    public InferenceException? Error { get; private set; }

    public TimeSpan Sent { get; set; }

    /// <summary>Time of the last message from the session.</summary>
    internal TimeSpan LastSeen { get; set; }

    /// <summary>
    /// Whether the session has committed all ends. A log of the prompt that is still open counts as committed once the request is complete: for a session that had ended and was
    /// submitted again by a late message, the prompt is not measured again.
    /// </summary>
    public bool Done
    {
        get
        {
            for (int index = 0; index < _choices.Length; index++)
            {
                Choice choice = _choices[index];
                if (!choice.EndCommitted && (index != _prompt || !_completed || choice.Log.Ended))
                {
                    return false;
                }
            }

            return true;
        }
    }

    public void Publish(in TokenEvent token)
    {
        TokenMeasure measure = new(token.LogProb, token.Top.ToArray());
        if (token.Index < 0)
        {
            Measure(token, measure);
            return;
        }

        TokenLog log = _choices[token.Choice].Log;
        if (token.Index == log.Count)
        {
            log.Append(token.Token, measure);
        }

        log.Finish = token.Finish;
    }

    public void Complete(Exception? error)
    {
        _completed = true;
        Error = error is null ? null : error as InferenceException ?? new InferenceException(ErrorCode.Internal, error.Message, inner: error);
        bool cut = Array.FindIndex(_choices, static choice => !choice.Log.Ended) is var first and >= 0 && first != _prompt;
        foreach (Choice choice in _choices)
        {
            TokenLog log = choice.Log;
            log.Finish = log.Ended || !cut ? log.Finish : error is null ? FinishReason.Cancelled : FinishReason.Error;
        }
    }

    /// <summary>Returns whether the session has lost an end that it set itself. The tokens here are then not all that it had, and cannot be continued.</summary>
    internal bool Misses(ChoiceLog[] committed) => committed.Where((known, index) => known.Finish == FinishReason.None && _choices[index].EndedBySession).Any();

    /// <summary>Restarts the delivery after the tokens that the session has committed.</summary>
    internal void Rewind(ChoiceLog[] committed)
    {
        for (int index = 0; index < _choices.Length; index++)
        {
            Choice choice = _choices[index];
            choice.Sent = choice.Committed = Math.Min(committed[index].Tokens.Length, choice.Log.Count);
            choice.EndCommitted = choice.EndSent = false;
        }
    }

    /// <summary>Has the next <see cref="Send(IControlPort, TimeSpan)"/> send all uncommitted tokens again.</summary>
    public void Repeat()
    {
        foreach (Choice choice in _choices)
        {
            choice.Sent = choice.Committed;
            choice.EndSent = false;
        }
    }

    /// <summary>Records that the session has committed tokens of a choice.</summary>
    public void Committed(int choice, int count) => _choices[choice].Committed = Math.Max(_choices[choice].Committed, Math.Min(count, _choices[choice].Log.Count));

    /// <summary>Records that the session has the end of a choice.</summary>
    /// <returns>Whether the session set the end itself, so that the choice is still being generated.</returns>
    internal bool EndCommitted(int index, FinishReason finish)
    {
        Choice choice = _choices[index];
        bool bySession = !choice.Log.Ended;
        if (bySession)
        {
            // A generated end is kept: a session that is restored without its own end needs this one.
            choice.Log.Finish = finish;
            choice.EndedBySession = true;
        }

        choice.EndCommitted = true;
        return bySession && index != _prompt;
    }

    /// <summary>Sends unsent tokens and ends: the prompt's log before the choices, an error after all of them.</summary>
    public void Send(IControlPort port, TimeSpan now)
    {
        if (_prompt >= 0)
        {
            Send(_prompt, port, now);
        }

        for (int index = 0; index < _choices.Length; index++)
        {
            Send(index, port, now);
        }

        int failed = Array.FindIndex(_choices, static choice => !choice.EndCommitted && choice.Log.Finish == FinishReason.Error);
        if (Error is not null && failed >= 0 && !_choices[failed].EndSent)
        {
            port.Send(Address.Session(Number), new CommitTokens(Number, failed, _choices[failed].Log.Count, [], FinishReason.Error) { Error = Error, Router = _router });
            _choices[failed].EndSent = true;
            Sent = now;
        }
    }

    private void Send(int index, IControlPort port, TimeSpan now)
    {
        Choice choice = _choices[index];
        TokenLog log = choice.Log;
        FinishReason finish = log.Finish == FinishReason.Error ? FinishReason.None : log.Finish;
        int from = choice.Sent;
        if (choice.EndCommitted || (from == log.Count && (choice.EndSent || finish == FinishReason.None)))
        {
            return;
        }

        port.Send(Address.Session(Number), new CommitTokens(Number, index, from, log.TokensFrom(from), finish)
        {
            Measures = log.MeasuresFrom(from),
            CachedPromptTokens = CachedPromptTokens,
            Router = _router,
        });
        choice.Sent = log.Count;
        choice.EndSent = finish != FinishReason.None;
        Sent = now;
    }

    /// <summary>Appends a measure of the prompt. Each choice publishes the same measures; those of the first choice are taken.</summary>
    private void Measure(in TokenEvent token, TokenMeasure measure)
    {
        if (token.Choice != 0 || _prompt < 0)
        {
            return;
        }

        TokenLog log = _choices[_prompt].Log;
        if (token.Index + _promptLength == log.Count)
        {
            log.Append(token.Token, measure);
            log.Finish = log.Count == _promptLength ? FinishReason.Length : FinishReason.None;
        }
    }

    /// <summary>One choice, or the measured prompt: its tokens, and how many of them were sent and committed.</summary>
    private sealed class Choice(TokenLog log, ChoiceLog known)
    {
        public TokenLog Log => log;

        /// <summary>Number of tokens that the session has committed.</summary>
        public int Committed { get; set; } = known.Tokens.Length;

        /// <summary>Number of tokens that were sent to the session.</summary>
        public int Sent { get; set; } = known.Tokens.Length;

        public bool EndSent { get; set; }

        public bool EndCommitted { get; set; } = known.Finish != FinishReason.None;

        /// <summary>Whether the session set the end, so that it may have more tokens than are here. True for every cancelled choice, because only clients cancel.</summary>
        public bool EndedBySession { get; set; } = known.Finish == FinishReason.Cancelled;
    }
}
