using System.Text.RegularExpressions;
using OrleansInference.Cluster.Programs;
using OrleansInference.Unit.Meta;

namespace OrleansInference.Unit.Deployment;

/// <summary>The settings that a node knows, each spelled as a variable.</summary>
internal static partial class NodeSettings
{
    /// <summary>As in appsettings.json.</summary>
    public static IReadOnlySet<string> Keys { get; } = Property().Matches(Repository.Read("silo/SiloOptions.cs")).Select(static match => match.Groups[1].Value).ToHashSet();

    /// <summary>As in the environment.</summary>
    public static IReadOnlySet<string> Variables { get; } = Keys.Select(SettingName.Variable).ToHashSet();

    /// <summary>Every variable of ours that a text names.</summary>
    public static IEnumerable<string> Named(string text) => Name().Matches(text).Select(static match => match.Value).Distinct();

    [GeneratedRegex(@"public \S+ (\w+) \{ get; set; \}")]
    private static partial Regex Property();

    [GeneratedRegex(@"\bORLEANS_INFERENCE_[A-Z0-9_]*[A-Z0-9]\b")]
    private static partial Regex Name();
}
