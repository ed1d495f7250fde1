using System.CommandLine;
using OrleansInference.Cluster.Programs;

namespace OrleansInference.Cli.Settings;

/// <summary>A setting that appsettings.json, the environment and the command line may give, under three spellings of one key.</summary>
internal sealed class Setting
{
    public Setting(string key, string description, string valueName)
    {
        Key = key;
        Option = new Option<string?>(SettingName.Switch(key)) { Description = description, HelpName = valueName };
    }

    /// <summary>The key in appsettings.json, such as <c>KvMemory</c>.</summary>
    public string Key { get; }

    /// <summary>The option on the command line, such as <c>--kv-memory</c>.</summary>
    public Option<string?> Option { get; }

    /// <summary>The variable in the environment, such as <c>ORLEANS_INFERENCE_KV_MEMORY</c>.</summary>
    public string Variable => SettingName.Variable(Key);
}
