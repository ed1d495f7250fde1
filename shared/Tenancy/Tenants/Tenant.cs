namespace OrleansInference.Tenancy.Tenants;

/// <summary>A team or customer that shares the cluster with others.</summary>
/// <param name="Name">Name; see <see cref="IsName"/>. It never changes.</param>
/// <param name="CreatedAt">Time of the creation.</param>
/// <param name="Limits">Limits for all keys of the tenant together.</param>
public sealed record Tenant(string Name, DateTimeOffset CreatedAt, Limits Limits)
{
    /// <summary>The tenant that exists from the first start on.</summary>
    public const string Default = "default";

    /// <summary>Characters of the longest name.</summary>
    public const int MaxNameLength = 64;

    /// <summary>Time since which the tenant's keys are refused; null while they are accepted.</summary>
    public DateTimeOffset? DisabledAt { get; init; }

    /// <summary>Whether lines of the audit log have the contents of the tenant's requests and answers.</summary>
    public bool AuditsContents { get; init; }

    /// <summary>Whether the tenant's answers have a statistical watermark, which changes their tokens.</summary>
    public bool Watermarks { get; init; }

    /// <summary>Number of the change that the record comes from; 0 before it is stored. An update names it, so that of two concurrent updates one is refused.</summary>
    public long Change { get; init; }

    /// <summary>Returns whether a text can name a tenant: 1 to 64 ASCII letters, digits, '-', '_' and '.', as in settings, metric labels and variables.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= MaxNameLength && text.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');
}
