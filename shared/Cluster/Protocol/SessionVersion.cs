namespace OrleansInference.Cluster.Protocol;

/// <summary>
/// Rule for which of two versions of a session is kept: a token log only grows, and an end is final unless the session was abandoned. A version may arrive late
/// if a host or the storage was frozen: it never undoes later writes of others. After the end, only the number of tokens that the answer used is added. The database's statements implement the
/// same rule.
/// </summary>
internal readonly record struct SessionVersion(long Tokens, bool Ended, bool Abandoned, bool Reported)
{
    public SessionVersion(SessionRecord record)
        : this(record.Count(), record.Ended, record.IsAbandoned, record.Used.Length > 0)
    {
    }

    private bool IsFinal => Ended && !Abandoned;

    /// <summary>Whether this version replaces the stored one.</summary>
    public bool Replaces(SessionVersion stored) => stored.IsFinal
        ? IsFinal && Tokens >= stored.Tokens && Reported && !stored.Reported
        : IsFinal || Tokens >= stored.Tokens;
}
