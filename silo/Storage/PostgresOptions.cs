using Npgsql;
using OrleansInference.Models;

namespace OrleansInference.Silo.Storage;

/// <summary>Options of the database that outlives a cluster's nodes.</summary>
public sealed record PostgresOptions
{
    private const string Section = "Postgres";
    private const string Schema = "inference";

    // Defaults for what the user did not specify. The time limit of a statement detects a connection that died silently.
    private static readonly (string Key, object Value)[] Defaults =
    [
        ("Application Name", "OrleansInference"), ("Timeout", 5), ("Command Timeout", 10), ("Maximum Pool Size", 8),
        ("Max Auto Prepare", 32), ("Auto Prepare Min Usages", 2),
    ];

    /// <summary>Connection string in Npgsql's form: <c>Host=…;Port=…;Username=…;Password=…;Database=…</c>.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>Identifier of the cluster: several clusters can share a database. 1 … 100 characters.</summary>
    public required string ClusterId { get; init; }

    /// <summary>Time for which an ended session can still be read. 0 … 30 days.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Interval at which expired sessions are removed. 100 ms … 1 day.</summary>
    public TimeSpan PruneInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Sessions that one statement removes. 1 … 100,000.</summary>
    public int PruneBatch { get; init; } = 1000;

    /// <summary>Bytes of sessions after which a batch is full. 1 … 256 MiB.</summary>
    public int MaxBatchBytes { get; init; } = 8 << 20;

    /// <summary>Time for which a statement waits for a database that is away, and the shutdown for unwritten sessions. 0 … 1 hour.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time for which the start waits for the database. 0 … 1 hour.</summary>
    public TimeSpan StartPatience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Connection string for the membership of Orleans (<c>UseAdoNetClustering</c> with the invariant Npgsql). It selects our schema, which has Orleans'
    /// tables. It opens a connection for each of the rare statements, because Orleans does not repeat a statement that failed on a connection from before a
    /// restart of the database.
    /// </summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: the connection string is malformed.</exception>
    public string MembershipConnectionString
    {
        get
        {
            NpgsqlConnectionStringBuilder parts = Complete();
            parts.Pooling = false;
            return parts.ConnectionString;
        }
    }

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: the message names the option and what was expected.</exception>
    public void Validate()
    {
        _ = Parse();
        Require(ClusterId is { Length: >= 1 and <= 100 }, nameof(ClusterId), ClusterId, "1 to 100 characters");
        Within(nameof(Retention), Retention, TimeSpan.Zero, TimeSpan.FromDays(30));
        Within(nameof(PruneInterval), PruneInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1));
        Within(nameof(PruneBatch), PruneBatch, 1, 100_000);
        Within(nameof(MaxBatchBytes), MaxBatchBytes, 1, 256 << 20);
        Within(nameof(Timeout), Timeout, TimeSpan.Zero, TimeSpan.FromHours(1));
        Within(nameof(StartPatience), StartPatience, TimeSpan.Zero, TimeSpan.FromHours(1));
    }

    /// <summary>Parses the connection string. No message contains its text, since it may include a password.</summary>
    public NpgsqlConnectionStringBuilder Parse()
    {
        try
        {
            NpgsqlConnectionStringBuilder parts = new(ConnectionString);
            Require(!string.IsNullOrEmpty(parts.Host), nameof(ConnectionString), "without Host", "Host=…;Port=…;Username=…;Password=…;Database=…");
            return parts;
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException)
        {
            string message = $"{Section}:{nameof(ConnectionString)} is malformed: {Fault(malformed)} Expected Host=…;Port=…;Username=…;Password=…;Database=….";
            throw new InferenceException(ErrorCode.InvalidOption, message, $"{Section}:{nameof(ConnectionString)}", malformed);
        }
    }

    /// <summary>Returns the connection string with defaults added, and our schema as the search path.</summary>
    public NpgsqlConnectionStringBuilder Complete()
    {
        NpgsqlConnectionStringBuilder parts = Parse();
        foreach ((string key, object value) in Defaults)
        {
            if (!parts.ShouldSerialize(key))
            {
                parts[key] = value;
            }
        }

        parts.SearchPath = Schema;
        return parts;
    }

    /// <summary>Omits the connection string, which may include a password.</summary>
    public override string ToString() => $"{nameof(PostgresOptions)} of {ClusterId}";

    /// <summary>Returns the fault without a keyword that may be a part of the password, because the quotes around a value with a semicolon are missing.</summary>
    private string Fault(Exception malformed)
    {
        int secret = ConnectionString.IndexOf("Pass", StringComparison.OrdinalIgnoreCase);
        string[] keywords = [.. ConnectionString[..(secret < 0 ? ConnectionString.Length : secret)].Split(';').Select(static pair => pair.Split('=')[0].Trim()).Where(static keyword => keyword.Length > 0)];
        return secret < 0 || malformed.Message.StartsWith("Format of", StringComparison.Ordinal) || keywords.Any(keyword => malformed.Message.Contains(keyword, StringComparison.OrdinalIgnoreCase))
            ? malformed.Message
            : "A keyword is unknown, or its value is invalid; a value that contains ';' needs quotes.";
    }

    private static void Within<T>(string option, T value, T least, T most)
        where T : IComparable<T> =>
        Require(value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0, option, value, FormattableString.Invariant($"{least} to {most}"));

    private static void Require(bool holds, string option, object? value, string expected)
    {
        if (!holds)
        {
            string message = FormattableString.Invariant($"{Section}:{option} is {value}; expected {expected}.");
            InferenceException.Throw(ErrorCode.InvalidOption, message, $"{Section}:{option}");
        }
    }
}
