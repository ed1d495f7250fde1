using System.Security.Cryptography;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Tenancy.Keys;

/// <summary>Stored form of an API key. The key's text is not part of it and cannot be derived from it.</summary>
/// <param name="Id">Id, which is also part of the key's text.</param>
/// <param name="Tenant">Name of the tenant.</param>
/// <param name="Role">Role of the holder.</param>
/// <param name="Hash">SHA-256 of the key's text; see <see cref="KeySecret"/>.</param>
/// <param name="CreatedAt">Time of the creation.</param>
public sealed record AccessKey(string Id, string Tenant, Role Role, ReadOnlyMemory<byte> Hash, DateTimeOffset CreatedAt)
{
    /// <summary>What the key is for, in the words of its creator.</summary>
    public string Label { get; init; } = string.Empty;

    /// <summary>Rights that the key has of those of its role.</summary>
    public Rights Scopes { get; init; } = Roles.RightsOf(Role);

    /// <summary>Limits of this key, in addition to those of its tenant.</summary>
    public Limits Limits { get; init; } = Limits.None;

    /// <summary>Time of the end; null if the key does not expire. A rotated key expires when the overlap with its successor ends.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Time of the revocation; null if it was not revoked.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Id of the key that replaces this one; null if it was not rotated.</summary>
    public string? Successor { get; init; }

    /// <summary>Number of the change that the record comes from; 0 before it is stored.</summary>
    public long Change { get; init; }

    /// <summary>What the key permits.</summary>
    public Rights Rights => Roles.RightsOf(Role) & Scopes;

    /// <summary>Returns whether the key is accepted at a time, if its tenant is.</summary>
    public bool IsValid(DateTimeOffset now) => RevokedAt is null && (ExpiresAt is null || now < ExpiresAt);

    /// <summary>Compares the hash of a key's text in constant time.</summary>
    public bool Matches(ReadOnlySpan<byte> hash) => CryptographicOperations.FixedTimeEquals(Hash.Span, hash);

    public bool Equals(AccessKey? other) => other is not null && Id == other.Id && Change == other.Change && Hash.Span.SequenceEqual(other.Hash.Span)
        && (Tenant, Role, CreatedAt, Label, Scopes, Limits, ExpiresAt, RevokedAt, Successor)
            == (other.Tenant, other.Role, other.CreatedAt, other.Label, other.Scopes, other.Limits, other.ExpiresAt, other.RevokedAt, other.Successor);

    public override int GetHashCode() => HashCode.Combine(Id, Change);
}
