using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Scheduling;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Router;

/// <summary>A session as the router holds it: what was generated for it, and how much of that the session has committed.</summary>
public sealed class RoutedSession : IRequestSink
{
    private readonly int _router;
    private readonly Choice[] _choices;
    private readonly int _prompt; // index of the prompt's log, or −1
    private readonly int _promptLength;
    private bool _completed; // nothing more will be generated

    /// <param name="number">Number of the session.</param>
    /// <param name="router">The activation that this is at.</param>
    /// <param name="request">What is to be generated.</param>
    /// <param name="committed">What the session has.</param>
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

    /// <summary>Why it was cut off.</summary>
    public InferenceException? Error { get; private set; }

    public TimeSpan Sent { get; set; }

    /// <summary>Time of the last message from the session.</summary>
    internal TimeSpan LastSeen { get; set; }

    /// <summary>Whether the session has everything. What is measured of a prompt comes no more when a session that had ended was asked for again by a message that came late.</summary>
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

    /// <summary>Whether the session has lost an end that it made: the tokens here are not all that it had, and cannot be continued.</summary>
    internal bool Misses(ChoiceLog[] committed) => committed.Where((known, index) => known.Finish == FinishReason.None && _choices[index].EndedBySession).Any();

    /// <summary>Starts over after the tokens that the session has.</summary>
    internal void Rewind(ChoiceLog[] committed)
    {
        for (int index = 0; index < _choices.Length; index++)
        {
            Choice choice = _choices[index];
            choice.Sent = choice.Committed = Math.Min(committed[index].Tokens.Length, choice.Log.Count);
            choice.EndCommitted = choice.EndSent = false;
        }
    }

    /// <summary>Sends again what was not committed, from the next <see cref="Send"/> on.</summary>
    public void Repeat()
    {
        foreach (Choice choice in _choices)
        {
            choice.Sent = choice.Committed;
            choice.EndSent = false;
        }
    }

    /// <summary>The session has committed tokens of a choice.</summary>
    public void Committed(int choice, int count) => _choices[choice].Committed = Math.Max(_choices[choice].Committed, Math.Min(count, _choices[choice].Log.Count));

    /// <summary>The session has the end of a choice.</summary>
    /// <returns>Whether the session made the end: the choice is still generated.</returns>
    internal bool EndCommitted(int index, FinishReason finish)
    {
        Choice choice = _choices[index];
        bool bySession = !choice.Log.Ended;
        if (bySession)
        {
            // An end that was generated stays: the session may come back without its own and needs this one.
            choice.Log.Finish = finish;
            choice.EndedBySession = true;
        }

        choice.EndCommitted = true;
        return bySession && index != _prompt;
    }

    /// <summary>Sends what was not sent: the prompt's log before the others, an error after all.</summary>
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

    /// <summary>What is measured of the prompt comes once for each choice, and is the same for all.</summary>
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

    /// <summary>One choice, or the measured prompt: its tokens, and how much of them has reached the session.</summary>
    private sealed class Choice(TokenLog log, ChoiceLog known)
    {
        public TokenLog Log => log;

        /// <summary>Tokens that the session has committed.</summary>
        public int Committed { get; set; } = known.Tokens.Length;

        /// <summary>Tokens that were sent to the session.</summary>
        public int Sent { get; set; } = known.Tokens.Length;

        public bool EndSent { get; set; }

        public bool EndCommitted { get; set; } = known.Finish != FinishReason.None;

        /// <summary>Whether the session made the end, and the tokens here are not all that it has. A cancelled choice always is: only clients cancel one.</summary>
        public bool EndedBySession { get; set; } = known.Finish == FinishReason.Cancelled;
    }
}
