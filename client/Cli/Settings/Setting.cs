using System.CommandLine;
using System.Text;

namespace OrleansInference.Cli.Settings;

/// <summary>A setting that appsettings.json, the environment and the command line may give, under three spellings of one key.</summary>
internal sealed class Setting
{
    public const string EnvironmentPrefix = "ORLEANS_INFERENCE_";

    public Setting(string key, string description, string valueName)
    {
        Key = key;
        Option = new Option<string?>("--" + Separate(key, '-').ToLowerInvariant()) { Description = description, HelpName = valueName };
    }

    /// <summary>The key in appsettings.json, such as <c>KvMemory</c>.</summary>
    public string Key { get; }

    /// <summary>The option on the command line, such as <c>--kv-memory</c>.</summary>
    public Option<string?> Option { get; }

    /// <summary>The variable in the environment, such as <c>ORLEANS_INFERENCE_KV_MEMORY</c>.</summary>
    public string Variable => EnvironmentPrefix + Separate(Key, '_').ToUpperInvariant();

    private static string Separate(string key, char separator)
    {
        StringBuilder text = new();
        foreach (char letter in key)
        {
            if (char.IsAsciiLetterUpper(letter) && text.Length > 0)
            {
                text.Append(separator);
            }

            text.Append(letter);
        }

        return text.ToString();
    }
}
