using System.Text.RegularExpressions;
using OrleansInference.Settings;
using OrleansInference.Unit.Meta;

namespace OrleansInference.Unit.Deployment;

/// <summary>The settings that a node knows, each spelled as a variable.</summary>
internal static partial class NodeSettings
{
    /// <summary>As in appsettings.json.</summary>
    public static IReadOnlySet<string> Keys { get; } = Row().Matches(Repository.Read("docs/CONFIGURATION.md")).Select(static match => match.Groups[1].Value).ToHashSet();

    /// <summary>As in the environment.</summary>
    public static IReadOnlySet<string> Variables { get; } = Keys.Select(SettingName.Variable).ToHashSet();

    /// <summary>Every variable of ours that a text names.</summary>
    public static IEnumerable<string> Named(string text) => Name().Matches(text).Select(static match => match.Value).Distinct();

    /// <summary>Of the page that is generated from the settings.</summary>
    [GeneratedRegex(@"^\| `(\w+)` \| `--", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\bORLEANS_INFERENCE_[A-Z0-9_]*[A-Z0-9]\b")]
    private static partial Regex Name();
}
