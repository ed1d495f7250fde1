using System.ComponentModel.DataAnnotations;
using OrleansInference.Settings;

namespace OrleansInference.Silo.Settings;

/// <summary>Where a node keeps what outlives it: PostgreSQL, or a file.</summary>
public sealed record DatabaseOptions
{
    private const string Group = "Database";

    [Display(GroupName = Group, Prompt = "TEXT", Description = "Connection string of PostgreSQL. Without it the node forms its own cluster, and its sessions end with the process.")]
    public string? Postgres { get; init; }

    [Display(GroupName = Group, Prompt = "FILE", Description = "File with that connection string, which keeps it out of the command line.")]
    public string? PostgresFile { get; init; }

    [Range(0, 3600)]
    [Display(GroupName = Group, Prompt = "SECONDS", Description = "Seconds that the start waits for a PostgreSQL that does not answer; by default the start fails immediately.")]
    public TimeSpan PostgresWait { get; init; }

    [Display(GroupName = Group, Prompt = "FOLDER", Description = "Folder of the node's data: its audit log and, without PostgreSQL, the file node.db with its tenants, keys and responses. By default orleans-inference in the user's folder for data.")]
    public string? DataFolder { get; init; }

    /// <summary>Folder in which the node keeps its data.</summary>
    public string Folder => DataFolder ?? OrleansInference.Settings.DataFolder.Default;

    /// <summary>Path of the file of a node without PostgreSQL.</summary>
    public string File => Path.Combine(Folder, "node.db");

    /// <returns>The same options with the connection string of the file.</returns>
    /// <exception cref="Models.InferenceException">Both settings are present, or the file cannot be read.</exception>
    public DatabaseOptions Resolve() => this with { Postgres = SecretFile.Read(nameof(Postgres), Postgres, nameof(PostgresFile), PostgresFile), PostgresFile = null };

    /// <summary>Omits the values, of which one is a secret.</summary>
    public override string ToString() => nameof(DatabaseOptions);
}
