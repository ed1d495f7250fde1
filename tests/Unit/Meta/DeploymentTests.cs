using System.Text.RegularExpressions;
using OrleansInference.Unit.Deployment;

namespace OrleansInference.Unit.Meta;

/// <summary>Deployment files name only metrics, settings and files that exist, and give a node the time to hand over.</summary>
public sealed partial class DeploymentTests
{
    private const string Compose = "docker-compose.yml";
    private const string Vllm = "VllmMetrics.cs";
    private const string Nodes = "deploy/kubernetes/cluster/nodes.yaml";

    // What a node takes to stop beyond its drain, see SiloNode; and what Kubernetes waits before it asks.
    private const int StopSeconds = 15;

    [Fact]
    public void Every_metric_that_is_named_exists()
    {
        HashSet<string> exported = [.. Exported()];
        Assert.Contains("orleans_inference_router_serves", exported);
        string[] files = [.. Deployed(), .. Repository.Files("*.md").Where(static file => file.StartsWith("docs/", StringComparison.Ordinal)), "README.md"];
        List<(string File, string Name)> named = [.. files.SelectMany(file => MetricName().Matches(Repository.Read(file)).Select(match => (file, match.Value))).Distinct()];
        Assert.Contains(named, static use => use.File.EndsWith(".json", StringComparison.Ordinal));
        Assert.Contains(named, static use => use.File.EndsWith("alerts.yml", StringComparison.Ordinal));
        Assert.DoesNotContain(named, use => !exported.Contains(use.Name));
    }

    [Fact]
    public void Every_setting_that_is_named_exists()
    {
        Assert.Contains("ORLEANS_INFERENCE_KV_MEMORY", NodeSettings.Variables);
        List<(string File, string Name)> named = [.. Deployed().SelectMany(static file => NodeSettings.Named(Repository.Read(file)).Select(name => (file, name)))];
        Assert.True(named.Count > 10);
        Assert.DoesNotContain(named, static use => !NodeSettings.Variables.Contains(use.Name));
    }

    [Fact]
    public void Services_of_kubernetes_are_not_read_as_settings() => Assert.Contains("enableServiceLinks: false", Repository.Read(Nodes), StringComparison.Ordinal);

    [Fact]
    public void A_node_has_longer_to_stop_than_it_drains()
    {
        int hook = int.Parse(Regex.Match(Repository.Read(Nodes), """\["sleep", "(\d+)"\]""").Groups[1].Value);
        int kubernetes = NumberAfter(Nodes, "terminationGracePeriodSeconds: ");
        Assert.True(kubernetes > hook + NumberAfter("deploy/kubernetes/cluster/settings.env", "ORLEANS_INFERENCE_DRAIN_SECONDS=") + StopSeconds, $"{Nodes}: {kubernetes} s");
        int compose = NumberAfter(Compose, "stop_grace_period: ");
        Assert.True(compose > NumberAfter(Compose, "ORLEANS_INFERENCE_DRAIN_SECONDS: \"") + StopSeconds, $"{Compose}: {compose} s");
    }

    [Fact]
    public void Probes_ask_paths_that_are_served()
    {
        string served = Repository.Read("shared/Api/InferenceApi.cs");
        string[] paths = [.. Regex.Matches(Repository.Read(Nodes), @"path: (/\w+)|scrape/path: (/\w+)").Select(match => match.Groups[1].Value)];
        Assert.Contains("/health", paths);
        Assert.Contains("/alive", paths);
        Assert.All(paths, path => Assert.Contains($"MapGet(\"{path}\"", served, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_node_of_compose_announces_the_address_that_it_has()
    {
        string text = Repository.Read(Compose);
        string[] announced = [.. Regex.Matches(text, @"_ADVERTISE: (\S+)").Select(match => match.Groups[1].Value)];
        Assert.Equal(3, announced.Distinct().Count());
        Assert.Equal(announced, Regex.Matches(text, @"ipv4_address: (\S+)").Select(match => match.Groups[1].Value));
    }

    [Fact]
    public void Every_file_of_a_kustomization_is_there()
    {
        string[] kustomizations = [.. Repository.Files("kustomization.yaml")];
        Assert.Equal(8, kustomizations.Length);
        Assert.All(kustomizations, file => Assert.All(
            Regex.Matches(Repository.Read(file), @"^ +- ([^\s:=]+)$", RegexOptions.Multiline).Select(match => match.Groups[1].Value),
            resource => Assert.True(Path.Exists(Path.Combine(Path.GetDirectoryName(Repository.PathOf(file))!, resource)), $"{file}: {resource}")));
    }

    [Fact]
    public void The_image_is_made_of_every_project_that_the_silo_needs()
    {
        string[] allowed = [.. Repository.Read(".dockerignore").Split('\n').Where(static line => line.StartsWith('!')).Select(static line => line[1..].TrimEnd('/'))];
        Assert.All(allowed, static path => Assert.True(Path.Exists(Repository.PathOf(path)), path));
        Assert.Empty(new[] { ".editorconfig", "Directory.Build.props", "Directory.Packages.props", "global.json", "grains", "shared", "silo" }.Except(allowed));
    }

    private static IEnumerable<string> Deployed() =>
        [Compose, "Dockerfile", .. new[] { "*.yaml", "*.yml", "*.json", "*.md", "*.env", "*.service", "*.tpl", "*.txt" }.SelectMany(Repository.Files).Where(static file => file.StartsWith("deploy/", StringComparison.Ordinal))];

    /// <summary>Names as Prometheus sees them: counters end in _total, histograms have three.</summary>
    private static IEnumerable<string> Exported()
    {
        foreach (string file in Repository.Files("*Metrics.cs").Where(static file => !file.StartsWith("tests/", StringComparison.Ordinal)))
        {
            string prefix = file.EndsWith(Vllm, StringComparison.Ordinal) ? "vllm:" : "orleans_inference_";
            foreach (Match instrument in Instrument().Matches(Repository.Read(file)))
            {
                string name = prefix + instrument.Groups[2].Value;
                string[] suffixes = instrument.Groups[1].Value switch { "Histogram" => ["", "_bucket", "_sum", "_count"], "Total" or "Totals" or "Counter" => ["_total"], _ => [""] };
                foreach (string suffix in suffixes)
                {
                    yield return name + suffix;
                }
            }
        }

        // Names of ours that are shown as vLLM's too.
        string aliases = Repository.Read(Repository.Files("*" + Vllm).Single(static file => !file.StartsWith("tests/", StringComparison.Ordinal))).Split("Aliases")[1].Split(".ToDictionary();")[0];
        foreach (string name in Regex.Matches(aliases, "\"([a-z0-9_]+)\"").Select(static match => match.Groups[1].Value))
        {
            foreach (string suffix in (string[])["", "_bucket", "_sum", "_count"])
            {
                yield return $"vllm:{name}{suffix}";
            }
        }
    }

    private static int NumberAfter(string file, string words) => int.Parse(Regex.Match(Repository.Read(file), Regex.Escape(words) + @"(\d+)").Groups[1].Value);

    [GeneratedRegex("""(?:\b|Create|CreateObservable|Own|Device|Router|Seconds|RouterSeconds|DeviceSeconds)(Counter|Totals?|Gauge|Histogram|Own|Device)(?:<\w+>)?\((?:Prefix \+ )?"([a-z0-9_]+)"[,)]""")]
    private static partial Regex Instrument();

    [GeneratedRegex(@"\b(?:orleans_inference_|vllm:)[a-z0-9_]+\b")]
    private static partial Regex MetricName();
}
