using System.Globalization;
using System.Text;
using OrleansInference.Settings;

namespace OrleansInference.Silo.Settings;

/// <summary>Formats all settings of a node for the help and docs/CONFIGURATION.md.</summary>
internal static class SettingList
{
    private const int TextColumn = 32;
    private const int Width = 140;

    private static readonly string[] Order = ["Model", "HTTP", "Nodes", "Cluster", "Database", "Security", "Audit", "Devices", "Serving", "Logs"];

    private static IEnumerable<IGrouping<string, Setting>> Groups =>
        NodeOptions.CreateSettings().All.GroupBy(static setting => setting.Group).OrderBy(static group => Array.IndexOf(Order, group.Key));

    /// <summary>Returns the text of <c>--help</c>.</summary>
    public static string Help()
    {
        StringBuilder text = new();
        text.AppendLine("Usage: serve [OPTIONS]").AppendLine();
        text.AppendLine("Serves a model over HTTP, with a chat page, from one node or several.");
        text.AppendLine("An option is also a key of appsettings.json and an environment variable: --kv-memory is KvMemory and ORLEANS_INFERENCE_KV_MEMORY. The command line has");
        text.AppendLine("precedence, then the environment. Sizes have units such as MB and GB. --json prints the addresses as JSON.");
        foreach (IGrouping<string, Setting> group in Groups)
        {
            text.AppendLine().AppendLine(group.Key);
            foreach (Setting setting in group)
            {
                Append(text, $"  {setting.Option.Name} {setting.ValueName}", setting.Description + (setting.Default is null ? "" : $" [{setting.Default}]"));
            }
        }

        return text.ToString();
    }

    /// <summary>Returns the text of docs/CONFIGURATION.md.</summary>
    public static string Markdown()
    {
        StringBuilder text = new();
        text.AppendLine("# Settings of a node").AppendLine();
        text.AppendLine("A node reads its settings from `appsettings.json` in the working directory, then from environment variables, then from the command line; the last one has precedence. `./run.sh serve --help` prints this list.");
        text.AppendLine("Sizes are numbers with a unit such as `512MB` or `2GB` (powers of 1024). Times are numbers in the unit that the option names, or have their own: `ms`, `s`, `min` or `h`.");
        text.AppendLine("An unknown option or key is refused. [A sample](../deploy/appsettings.json) has the most common keys and the sections `Api` (bounds and keys of the HTTP interface) and `Logging`.");
        foreach (IGrouping<string, Setting> group in Groups)
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {group.Key}").AppendLine();
            text.AppendLine("| key | option | variable | default | description |").AppendLine("| --- | --- | --- | --- | --- |");
            foreach (Setting setting in group)
            {
                string shown = setting.Default is null ? "" : $"`{setting.Default}`";
                text.AppendLine(CultureInfo.InvariantCulture, $"| `{setting.Key}` | `{setting.Option.Name} {setting.ValueName}` | `{setting.Variable}` | {shown} | {setting.Description} |");
            }
        }

        return text.ToString();
    }

    /// <summary>Appends a name and its description, wrapped in a separate column.</summary>
    private static void Append(StringBuilder text, string name, string description)
    {
        StringBuilder line = new(name.PadRight(TextColumn - 1));
        foreach (string word in description.Split(' '))
        {
            if (line.Length + 1 + word.Length > Width)
            {
                text.AppendLine(line.ToString());
                line.Clear().Append(' ', TextColumn - 1);
            }

            line.Append(' ').Append(word);
        }

        text.AppendLine(line.ToString());
    }
}
