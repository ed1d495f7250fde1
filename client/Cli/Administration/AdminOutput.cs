using System.Text.Json;
using Spectre.Console;
using TextCell = Spectre.Console.Text;

namespace OrleansInference.Cli.Administration;

/// <summary>Output of tenants, keys and sessions for people.</summary>
internal static class AdminOutput
{
    private const string None = "–";
    private const int RedirectedWidth = 240; // of output that no terminal wraps

    public static void PrintTenants(IEnumerable<JsonElement> tenants) => Print(
        ["tenant", "state", "created", "limits"],
        tenants.Select(static tenant => (string[])[TextOf(tenant, "tenant"), IsSet(tenant, "disabled_at") ? "disabled" : "active", TimeOf(tenant, "created_at"), LimitsOf(tenant)]));

    public static void PrintKeys(IEnumerable<JsonElement> keys) => Print(
        ["key", "tenant", "role", "label", "state", "created", "expires", "limits"],
        keys.Select(static key => (string[])
        [
            TextOf(key, "id"), TextOf(key, "tenant"), TextOf(key, "role"), TextOf(key, "label"), IsSet(key, "revoked_at") ? "revoked" : IsSet(key, "successor") ? $"replaced by {TextOf(key, "successor")}" : "active",
            TimeOf(key, "created_at"), TimeOf(key, "expires_at"), LimitsOf(key),
        ]));

    public static void PrintSessions(IEnumerable<JsonElement> sessions) => Print(
        ["session", "kind", "tenant", "created", "expires", "items"],
        sessions.Select(static session => (string[])
        [
            TextOf(session, "id"), TextOf(session, "kind"), TextOf(session, "tenant"), TimeOf(session, "created_at"), TimeOf(session, "expires_at"), TextOf(session, "items"),
        ]));

    /// <summary>Prints a table without colours, so that programs can read it too.</summary>
    public static void Print(string[] columns, IEnumerable<string[]> rows)
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = RedirectedWidth;
        }

        Table table = new Table { Border = TableBorder.Simple };
        table.AddColumns(columns);
        foreach (string[] row in rows)
        {
            table.AddRow([.. row.Select(static cell => new TextCell(cell))]);
        }

        AnsiConsole.Write(table);
    }

    /// <returns>A member as text; empty if it is missing.</returns>
    public static string TextOf(JsonElement record, string name) => record.TryGetProperty(name, out JsonElement member) && member.ValueKind != JsonValueKind.Null ? member.ToString() : string.Empty;

    private static bool IsSet(JsonElement record, string name) => TextOf(record, name).Length > 0;

    private static string TimeOf(JsonElement record, string name) =>
        record.TryGetProperty(name, out JsonElement member) && member.TryGetDateTimeOffset(out DateTimeOffset time) ? time.ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture) : None;

    private static string LimitsOf(JsonElement record)
    {
        if (!record.TryGetProperty("limits", out JsonElement limits) || limits.ValueKind != JsonValueKind.Object)
        {
            return None;
        }

        string[] set = [.. limits.EnumerateObject().Where(static limit => limit.Value.ValueKind != JsonValueKind.Null).Select(static limit => $"{limit.Name} {limit.Value}")];
        return set.Length == 0 ? None : string.Join(", ", set);
    }
}
