namespace OrleansInference.Tenancy.Audit.Lines;

/// <summary>Place in the chain of a node: the sequence of a line and its hash.</summary>
/// <param name="Sequence">Sequence, counted from 1; 0 before the first line.</param>
/// <param name="Hash">Hash in lower-case hexadecimal digits.</param>
internal readonly record struct ChainPoint(long Sequence, string Hash)
{
    /// <summary>Place before the first line, whose hash is 64 zeros.</summary>
    public static readonly ChainPoint Beginning = new(0, new string('0', AuditLine.HashLength));
}
