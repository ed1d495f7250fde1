namespace OrleansInference.Silo.Failures;

/// <summary>Exit codes of a node that its supervisor acts on.</summary>
internal static class NodeExit
{
    /// <summary>The cluster goes on without this process, whose place a new one can take (EX_TEMPFAIL): every supervisor starts it again.</summary>
    public const int DeclaredDead = 75;
}
