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
    private readonly TokenLog[] _logs;
    private readonly int _prompt; // its log, or −1
    private readonly int _promptLength;
    private bool _completed; // nothing more will be generated
    private readonly int[] _committed;
    private readonly int[] _sent;
    private readonly bool[] _endSent;
    private readonly bool[] _endCommitted;
    private readonly bool[] _endTold; // by the session: what is here is not all of it

    /// <param name="number">Which session.</param>
    /// <param name="router">The activation that this is at.</param>
    /// <param name="request">What is to be generated.</param>
    /// <param name="committed">What the session has.</param>
    public RoutedSession(int number, int router, GenerationRequest request, ChoiceLog[] committed)
    {
        Number = number;
        _router = router;
        _logs = TokenLog.Of(request, committed);
        _prompt = TokenLog.PromptOf(request);
        _promptLength = request.Prompt.Length;
        _committed = [.. committed.Select(static choice => choice.Tokens.Length)];
        _sent = [.. _committed];
        _endCommitted = [.. committed.Select(static choice => choice.Finish != FinishReason.None)];
        _endSent = new bool[committed.Length];
        _endTold = [.. committed.Select(static choice => choice.Finish == FinishReason.Cancelled)]; // only clients make that one
    }

    public int Number { get; }

    public int CachedPromptTokens { get; set; }

    public RoutedRequest? Request { get; set; }

    /// <summary>Why it was cut off.</summary>
    public InferenceException? Error { get; private set; }

    public TimeSpan Sent { get; set; }

    /// <summary>When the session last said anything.</summary>
    internal TimeSpan LastSeen { get; set; }

    /// <summary>Whether the session has everything. What is measured of a prompt comes no more when a session that had ended was asked for again by a message that came late.</summary>
    public bool Done
    {
        get
        {
            for (int choice = 0; choice < _endCommitted.Length; choice++)
            {
                if (!_endCommitted[choice] && (choice != _prompt || !_completed || _logs[choice].Ended))
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

        TokenLog log = _logs[token.Choice];
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
        bool cut = Array.FindIndex(_logs, static log => !log.Ended) is var first and >= 0 && first != _prompt;
        foreach (TokenLog log in _logs)
        {
            log.Finish = log.Ended || !cut ? log.Finish : error is null ? FinishReason.Cancelled : FinishReason.Error;
        }
    }

    /// <summary>Whether the session has lost an end that it told of: from what is here it cannot go on.</summary>
    internal bool Misses(ChoiceLog[] committed) => committed.Where((choice, number) => choice.Finish == FinishReason.None && _endTold[number]).Any();

    /// <summary>Starts over after what the session says that it has.</summary>
    internal void Rewind(ChoiceLog[] committed)
    {
        for (int choice = 0; choice < _logs.Length; choice++)
        {
            _sent[choice] = _committed[choice] = Math.Min(committed[choice].Tokens.Length, _logs[choice].Count);
            _endCommitted[choice] = _endSent[choice] = false;
        }
    }

    /// <summary>Sends again what was not committed, from the next <see cref="Send"/> on.</summary>
    public void Repeat()
    {
        _committed.CopyTo(_sent, 0);
        Array.Clear(_endSent);
    }

    /// <summary>Takes note of what the session has committed.</summary>
    public void Committed(int choice, int count) => _committed[choice] = Math.Max(_committed[choice], Math.Min(count, _logs[choice].Count));

    /// <summary>Takes note that the session has an end.</summary>
    /// <returns>Whether it is one that the session made: the choice is still generated.</returns>
    internal bool EndCommitted(int choice, FinishReason finish)
    {
        TokenLog log = _logs[choice];
        bool told = !log.Ended;
        if (told)
        {
            // An end that was generated stays: the session may come back without its own and needs this one.
            log.Finish = finish;
            _endTold[choice] = true;
        }

        _endCommitted[choice] = true;
        return told && choice != _prompt;
    }

    /// <summary>Sends what was not sent: the prompt's log before the others, an error after all.</summary>
    public void Send(IControlPort port, TimeSpan now)
    {
        if (_prompt >= 0)
        {
            Send(_prompt, port, now);
        }

        for (int choice = 0; choice < _logs.Length; choice++)
        {
            Send(choice, port, now);
        }

        int failed = 0;
        while (failed < _logs.Length && (_endCommitted[failed] || _logs[failed].Finish != FinishReason.Error))
        {
            failed++;
        }

        if (Error is not null && failed < _logs.Length && !_endSent[failed])
        {
            port.Send(Address.Session(Number), new CommitTokens(Number, failed, _logs[failed].Count, [], FinishReason.Error) { Error = Error, Router = _router });
            _endSent[failed] = true;
            Sent = now;
        }
    }

    private void Send(int choice, IControlPort port, TimeSpan now)
    {
        TokenLog log = _logs[choice];
        FinishReason finish = log.Finish == FinishReason.Error ? FinishReason.None : log.Finish;
        int from = _sent[choice];
        if (_endCommitted[choice] || (from == log.Count && (_endSent[choice] || finish == FinishReason.None)))
        {
            return;
        }

        port.Send(Address.Session(Number), new CommitTokens(Number, choice, from, log.TokensFrom(from), finish)
        {
            Measures = log.MeasuresFrom(from),
            CachedPromptTokens = CachedPromptTokens,
            Router = _router,
        });
        _sent[choice] = log.Count;
        _endSent[choice] = finish != FinishReason.None;
        Sent = now;
    }

    /// <summary>What is measured of the prompt comes once for each choice, and is the same for all.</summary>
    private void Measure(in TokenEvent token, TokenMeasure measure)
    {
        if (token.Choice == 0 && _prompt >= 0 && token.Index + _promptLength == _logs[_prompt].Count)
        {
            _logs[_prompt].Append(token.Token, measure);
            _logs[_prompt].Finish = _logs[_prompt].Count == _promptLength ? FinishReason.Length : FinishReason.None;
        }
    }
}
