using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Session;

/// <summary>
/// The session's side of budgets. It commits no token that was not leased from the budgets of its tenant and key, so that concurrent sessions never pass a budget together. Tokens that the router has sent
/// already wait for a lease.
/// </summary>
public sealed partial class SessionActor
{
    private const int LeasedTokens = 64; // of each extension, for each choice
    private const int LowTokens = 32; // a further extension is asked for when fewer are left, so that it is there when they are used
    private const int MaxHeld = 1024; // messages that wait; the router repeats those that were dropped

    private readonly Action<int, Guid, long>? _extend;
    private readonly List<CommitTokens> _held = []; // tokens that wait for a lease, in the order of their arrival
    private long _granted = long.MaxValue; // generated tokens that may be committed, of all choices
    private bool _extending; // an extension is asked for
    private bool _refused; // the last extension granted less than was wanted

    /// <summary>Number of committed tokens of all choices.</summary>
    private long Committed
    {
        get
        {
            long committed = 0;
            for (int choice = 0; choice < Choices; choice++)
            {
                committed += _choices[choice].Log.Count;
            }

            return committed;
        }
    }

    /// <summary>Records the answer to an extension.</summary>
    /// <param name="granted">Tokens in all that may be used, with those of the prompt.</param>
    /// <param name="refusal">Error for a session that needs more; null if what was wanted is granted.</param>
    /// <param name="now">Time.</param>
    public void Granted(long granted, InferenceException? refusal, TimeSpan now)
    {
        _extending = false;
        _refused = refusal is not null;
        _granted = Math.Max(_granted, granted == long.MaxValue ? granted : granted - _request!.Prompt.Length);
        CommitTokens[] held = [.. _held];
        _held.Clear();
        foreach (CommitTokens commit in held)
        {
            Commit(commit, now);
        }

        if (_held.Count > 0 && refusal is not null && _granted <= Committed)
        {
            _held.Clear();
            Fail(refusal);
            Tick(now);
        }
    }

    /// <summary>Holds tokens that follow others that are held.</summary>
    private void HoldAfterOthers(CommitTokens commit)
    {
        if (_held.Count is > 0 and < MaxHeld && _held.Exists(held => held.Choice == commit.Choice))
        {
            _held.Add(commit);
        }
    }

    /// <summary>Holds the tokens of a commit for which there is no lease, and asks for one.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="known">Number of its first tokens that are committed already.</param>
    /// <returns>The part of the commit that may be committed now; null if there is none.</returns>
    private CommitTokens? TakeGranted(CommitTokens commit, int known)
    {
        if (_granted == long.MaxValue || commit.Choice == _prompt)
        {
            return commit;
        }

        long left = Math.Max(0, _granted - Committed);
        if (commit.Tokens.Length - known <= left)
        {
            return commit;
        }

        if (_held.Count < MaxHeld)
        {
            _held.Add(commit);
        }

        Extend();
        int taken = known + (int)left;
        return left == 0 ? null : commit with { Tokens = commit.Tokens[..taken], Measures = commit.Measures.Length == 0 ? [] : commit.Measures[..taken], Finish = FinishReason.None };
    }

    /// <summary>Asks for an extension before the tokens are used, unless the budget is known to have no more.</summary>
    private void ExtendEarly()
    {
        if (_granted != long.MaxValue && !_refused && !Finished && !Stops && _granted - Committed < LowTokens)
        {
            Extend();
        }
    }

    private void Extend()
    {
        long most = (long)_request!.MaxTokens * Choices;
        if (!_extending && _granted < most)
        {
            _extending = true;
            _extend!(_number, _request.Account!.Lease!.Value, _request.Prompt.Length + Math.Min(most, Math.Max(_granted, Committed) + (LeasedTokens * Choices)));
        }
    }
}
