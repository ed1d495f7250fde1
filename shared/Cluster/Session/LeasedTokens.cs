using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Cluster.Session;

/// <summary>
/// The tokens that a session may commit. They are leased from the budgets of its tenant and key, so that concurrent sessions never pass a budget together. Tokens that the router has sent already wait for a
/// lease.
/// </summary>
internal sealed class LeasedTokens
{
    private const int AtOnce = 64; // tokens of each extension, for each choice
    private const int Low = 32; // a further extension is asked for when fewer are left, so that it is there when they are used
    private const int MaxHeld = 1024; // messages that wait; the router repeats those that were dropped

    private readonly Action<long> _extend;
    private readonly int _promptTokens;
    private readonly int _choices;
    private readonly long _most; // generated tokens of the request
    private readonly List<CommitTokens> _held = []; // tokens that wait for a lease, in the order of their arrival
    private long _granted; // generated tokens that may be committed, of all choices
    private bool _extending; // an extension is asked for
    private bool _refused; // the last extension granted less than was wanted

    /// <param name="request">A request with a lease.</param>
    /// <param name="extend">Asks for further tokens, up to a number in all; answered by <see cref="Grant"/>.</param>
    public LeasedTokens(GenerationRequest request, Action<long> extend)
    {
        _extend = extend;
        _promptTokens = request.Prompt.Length;
        _choices = request.Choices;
        _most = (long)request.MaxTokens * request.Choices;
        _granted = request.Account!.Leased - _promptTokens;
    }

    /// <summary>Returns the part of a commit that may be committed now. The rest is held, and an extension is asked for.</summary>
    /// <param name="commit">Tokens of a choice.</param>
    /// <param name="known">Number of its first tokens that are committed already.</param>
    /// <param name="committed">Tokens of all choices that are committed.</param>
    /// <returns>The part; null if nothing of it may be committed.</returns>
    public CommitTokens? Take(CommitTokens commit, int known, long committed)
    {
        long left = Math.Max(0, _granted - committed);
        if (commit.Tokens.Length - known <= left)
        {
            return commit;
        }

        Hold(commit);
        Extend(committed);
        int taken = known + (int)left;
        return left == 0 ? null : commit with { Tokens = commit.Tokens[..taken], Measures = commit.Measures.Length == 0 ? [] : commit.Measures[..taken], Finish = FinishReason.None };
    }

    /// <summary>Holds tokens that follow others of the same choice that are held.</summary>
    public void HoldAfterOthers(CommitTokens commit)
    {
        if (_held.Exists(held => held.Choice == commit.Choice))
        {
            Hold(commit);
        }
    }

    /// <summary>Asks for an extension before the tokens are used, unless the budget is known to have no more.</summary>
    public void ExtendEarly(long committed)
    {
        if (!_refused && _granted - committed < Low)
        {
            Extend(committed);
        }
    }

    /// <summary>Records the answer to an extension.</summary>
    /// <param name="granted">Tokens in all that may be used, with those of the prompt.</param>
    /// <param name="refused">Whether that is less than was wanted.</param>
    /// <returns>Tokens that were held, to be committed again.</returns>
    public CommitTokens[] Grant(long granted, bool refused)
    {
        _extending = false;
        _refused = refused;
        _granted = Math.Max(_granted, granted == long.MaxValue ? granted : granted - _promptTokens);
        CommitTokens[] held = [.. _held];
        _held.Clear();
        return held;
    }

    /// <summary>Returns whether tokens wait that no budget has.</summary>
    public bool IsExhausted(long committed) => _refused && _held.Count > 0 && _granted <= committed;

    /// <summary>Drops the tokens that wait, as the session has ended.</summary>
    public void Drop() => _held.Clear();

    private void Hold(CommitTokens commit)
    {
        if (_held.Count < MaxHeld)
        {
            _held.Add(commit);
        }
    }

    private void Extend(long committed)
    {
        if (!_extending && _granted < _most)
        {
            _extending = true;
            _extend(_promptTokens + Math.Min(_most, Math.Max(_granted, committed) + (AtOnce * _choices)));
        }
    }
}
