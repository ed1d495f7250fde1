using System.Globalization;
using System.Reflection;

namespace OrleansInference.Silo.Storage;

/// <summary>Step of the database's schema history. A released step never changes.</summary>
/// <param name="Version">Version, counted from 1 without a gap.</param>
/// <param name="Name">Name of the change.</param>
/// <param name="Compatible">Whether programs that know only the version before this one can continue to use the database.</param>
/// <param name="Sql">SQL statements.</param>
internal sealed record Migration(int Version, string Name, bool Compatible, string Sql)
{
    // The first line of a file specifies it.
    private const string CompatibleMark = "-- compatible: ";

    /// <summary>The steps of this program for PostgreSQL, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } = Load("Migrations/");

    /// <summary>The steps of this program for SQLite, in order.</summary>
    public static IReadOnlyList<Migration> OfSqlite { get; } = Load("SqliteMigrations/");

    private static Migration[] Load(string folder)
    {
        Assembly assembly = typeof(Migration).Assembly;
        IEnumerable<string> ours = assembly.GetManifestResourceNames().Where(name => name.StartsWith(folder, StringComparison.Ordinal));
        return [.. ours.Select(Read).OrderBy(static migration => migration.Version)];

        Migration Read(string resource)
        {
            string[] parts = Path.GetFileNameWithoutExtension(resource[folder.Length..]).Split('_', 2);
            using StreamReader reader = new(assembly.GetManifestResourceStream(resource)!);
            string sql = reader.ReadToEnd();
            return new Migration(int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1], IsCompatible(resource, sql), sql);
        }
    }

    private static bool IsCompatible(string resource, string sql) => sql.Split('\n', 2)[0].TrimEnd() switch
    {
        CompatibleMark + "yes" => true,
        CompatibleMark + "no" => false,
        string line => throw new InvalidOperationException($"{resource} begins with '{line}'; expected '{CompatibleMark}yes' or '{CompatibleMark}no'."),
    };
}
