using System.Globalization;
using System.Reflection;
using System.Text;
using OrleansInference.Cluster.Programs;

namespace OrleansInference.Silo.Settings;

/// <summary>All settings of a node, as the help and docs/CONFIGURATION.md show them.</summary>
internal static class SettingList
{
    private const int TextColumn = 32;
    private const int Width = 140;

    private static readonly (string Key, SettingAttribute Setting, string? Default)[] Settings = [.. Read()];

    /// <summary>What <c>--help</c> prints.</summary>
    public static string Help()
    {
        StringBuilder text = new();
        text.AppendLine("Usage: serve [OPTIONS]").AppendLine();
        text.AppendLine("Serves a model over HTTP, with a chat page, from one node or several.");
        text.AppendLine("An option is also a key of appsettings.json and an environment variable: --kv-memory is KvMemory and ORLEANS_INFERENCE_KV_MEMORY. The command line has");
        text.AppendLine("precedence, then the environment. Sizes have units such as MB and GB. --json prints the addresses as JSON.");
        foreach (var group in Settings.GroupBy(static entry => entry.Setting.Group).OrderBy(static group => group.Key))
        {
            text.AppendLine().AppendLine(group.Key.ToString());
            foreach ((string key, SettingAttribute setting, string? standard) in group)
            {
                Append(text, $"  {SettingName.Switch(key)} {setting.Value}", setting.Description + (standard is null ? "" : $" [{standard}]"));
            }
        }

        return text.ToString();
    }

    /// <summary>The reference page.</summary>
    public static string Markdown()
    {
        StringBuilder text = new();
        text.AppendLine("# Settings of a node").AppendLine();
        text.AppendLine("A node reads its settings from `appsettings.json` in the working directory, then from environment variables, then from the command line; the last one has precedence. `./run.sh serve --help` prints this list.");
        text.AppendLine("Sizes are numbers with a unit such as `512MB` or `2GB` (powers of 1024).");
        foreach (var group in Settings.GroupBy(static entry => entry.Setting.Group).OrderBy(static group => group.Key))
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {group.Key}").AppendLine();
            text.AppendLine("| key | option | variable | default | description |").AppendLine("| --- | --- | --- | --- | --- |");
            foreach ((string key, SettingAttribute setting, string? standard) in group)
            {
                string shown = standard is null ? "" : $"`{standard}`";
                text.AppendLine(CultureInfo.InvariantCulture, $"| `{key}` | `{SettingName.Switch(key)} {setting.Value}` | `{SettingName.Variable(key)}` | {shown} | {setting.Description} |");
            }
        }

        return text.ToString();
    }

    private static IEnumerable<(string Key, SettingAttribute Setting, string? Default)> Read()
    {
        SiloOptions standard = new();
        foreach (PropertyInfo property in typeof(SiloOptions).GetProperties())
        {
            if (property.GetCustomAttribute<SettingAttribute>() is { } setting)
            {
                string? value = Convert.ToString(property.GetValue(standard), CultureInfo.InvariantCulture);
                yield return (property.Name, setting, string.IsNullOrEmpty(value) || setting.Description.Contains("by default", StringComparison.Ordinal) ? null : value);
            }
        }
    }

    /// <summary>Appends a name and its description, wrapped in a column of its own.</summary>
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
