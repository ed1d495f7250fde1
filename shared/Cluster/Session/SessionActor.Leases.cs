using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Session;

/// <summary>The session's lease of tokens from the budgets of its tenant and key.</summary>
public sealed partial class SessionActor
{
    private readonly Action<int, Guid, long>? _extend;
    private LeasedTokens? _leased; // null if the request needs no lease

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

    /// <summary>Records the answer to an extension of the lease.</summary>
    /// <param name="granted">Tokens in all that may be used, with those of the prompt.</param>
    /// <param name="refusal">Error for a session that needs more; null if what was wanted is granted.</param>
    /// <param name="now">Time.</param>
    public void Granted(long granted, InferenceException? refusal, TimeSpan now)
    {
        if (_leased is null)
        {
            return;
        }

        foreach (CommitTokens held in _leased.Grant(granted, refusal is not null))
        {
            Commit(held, now);
        }

        if (refusal is not null && _leased.IsExhausted(Committed))
        {
            _leased.Drop();
            Fail(refusal);
            Tick(now);
        }
    }
}
