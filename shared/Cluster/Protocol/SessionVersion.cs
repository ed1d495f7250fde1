namespace OrleansInference.Cluster.Protocol;

/// <summary>
/// Which of two versions of a session stays: a token log only grows, and an end is an end, unless the session was only left off. Versions come late where a host was frozen, or the storage: nothing that
/// others have written since is put back. The statements of a database say the same.
/// </summary>
internal readonly record struct SessionVersion(long Tokens, bool Ended, bool Abandoned)
{
    public SessionVersion(SessionRecord record)
        : this(record.Count(), record.Ended, record.IsAbandoned)
    {
    }

    /// <summary>Whether this one takes the place of what is stored.</summary>
    public bool Replaces(SessionVersion stored) => (!stored.Ended || stored.Abandoned) && ((Ended && !Abandoned) || Tokens >= stored.Tokens);
}
