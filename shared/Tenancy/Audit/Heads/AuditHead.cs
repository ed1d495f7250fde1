using OrleansInference.Tenancy.Audit.Lines;

namespace OrleansInference.Tenancy.Audit.Heads;

/// <summary>A signed statement that a node has written its lines up to a sequence, and that the last of them has a hash.</summary>
/// <param name="Node">Name of the node.</param>
/// <param name="Sequence">Sequence of the last line.</param>
/// <param name="Hash">Hash of that line.</param>
/// <param name="SignedAt">Time of the signature, in milliseconds.</param>
/// <param name="Signature">HMAC-SHA256 in lower-case hexadecimal digits over <c>audit-head</c>, node, sequence, hash and time, separated by line feeds.</param>
public sealed record AuditHead(string Node, long Sequence, string Hash, DateTimeOffset SignedAt, string Signature)
{
    /// <summary>Signs a head.</summary>
    public static AuditHead Sign(string node, long sequence, string hash, DateTimeOffset signedAt, AuditKey key) =>
        new(node, sequence, hash, signedAt, key.Sign(Text(node, sequence, hash, signedAt)));

    /// <summary>Returns whether the signature was made with a key.</summary>
    public bool IsSignedWith(AuditKey key) => key.Verify(Text(Node, Sequence, Hash, SignedAt), Signature);

    private static string Text(string node, long sequence, string hash, DateTimeOffset signedAt) =>
        FormattableString.Invariant($"audit-head\n{node}\n{sequence}\n{hash}\n{AuditLine.TimeText(signedAt)}");
}
