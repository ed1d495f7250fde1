using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OrleansInference.Unit.Meta;

namespace OrleansInference.Unit.Deployment;

/// <summary>The services, files and secrets of compose fit together. The tests compare the files with each other and do not run Docker.</summary>
public sealed class ComposeTests
{
    private const string Main = "docker-compose.yml";

    private static readonly JsonObject Services = Yaml.Read(Main).At("services")!.AsObject();

    private static IEnumerable<JsonNode> Nodes => Services.Select(static service => service.Value!).Where(static service => service.At("image")?.ToString() == "orleans-inference");

    /// <summary>Several builds of one tag at the same time fail, and a tag that no registry has cannot be pulled.</summary>
    [Fact]
    public void One_service_builds_the_image_and_the_others_use_it()
    {
        Assert.Equal(3, Nodes.Count());
        Assert.Single(Services, static service => service.Value.At("build") is not null);
        JsonNode builder = Assert.Single(Nodes, static node => node.At("build") is not null);
        Assert.All(Nodes.Where(node => node != builder), static node => Assert.Equal("never", node.Text("pull_policy")));
        Assert.Null(builder.At("pull_policy"));
    }

    [Fact]
    public void Every_node_has_a_memory_limit_of_its_own() => Assert.All(Nodes, static node =>
    {
        Assert.Matches(@"^\$\{MEMORY:-\d+g\}$", node.Text("mem_limit"));
        Assert.Equal(node.Text("mem_limit"), node.Text("memswap_limit"));
    });

    /// <summary>Docker restarts a container after every exit code but 0, so the number of restarts must have a limit.</summary>
    [Fact]
    public void A_node_that_cannot_start_is_given_up() => Assert.All(Nodes, static node =>
    {
        Match policy = Regex.Match(node.Text("restart"), @"^\$\{RESTART:-on-failure:(\d+)\}$");
        Assert.InRange(int.Parse(policy.Groups[1].Value), 2, 10);
    });

    [Theory]
    [InlineData("deploy/compose/tls.yml")]
    [InlineData("deploy/compose/secrets.yml")]
    [InlineData("deploy/compose/https.yml")]
    public void An_override_adds_to_every_node_and_mounts_what_it_names(string file)
    {
        JsonObject added = Yaml.Read(file);
        JsonObject services = added.At("services")!.AsObject();
        Assert.Empty(services.Select(static service => service.Key).Except(Services.Select(static service => service.Key)));
        string[] nodes = [.. Services.Where(static service => Nodes.Contains(service.Value!)).Select(static service => service.Key)];
        Assert.Empty(nodes.Except(services.Select(static service => service.Key)));
        string[] defined = [.. added.At("secrets")!.AsObject().Select(static secret => secret.Key).Order(StringComparer.Ordinal)];
        Assert.Equal(defined, services.SelectMany(static service => Strings(service.Value.At("secrets"))).Distinct().Order(StringComparer.Ordinal));
        Assert.All(services, static service =>
        {
            string[] paths = [.. Strings(service.Value.At("environment")).Where(static value => value.Length > 0)];
            Assert.Equal(Strings(service.Value.At("secrets")).Select(static secret => $"/run/secrets/{secret}").Order(StringComparer.Ordinal), paths.Order(StringComparer.Ordinal));
        });
    }

    [Fact]
    public void Every_file_that_is_mounted_is_there()
    {
        string[] mounted = [.. Services.SelectMany(static service => Strings(service.Value.At("volumes"))).Select(static volume => Regex.Match(volume, @"^(?:\$\{\w+:-)?(\./[^:}]+)").Groups[1].Value).Where(static path => path.Length > 0)];
        Assert.Contains("./deploy/alertmanager", mounted);
        Assert.All(mounted, static path => Assert.True(Path.Exists(Repository.PathOf(path)), path));
    }

    [Fact]
    public void Every_volume_is_declared_and_used()
    {
        string[] used = [.. Services.SelectMany(static service => Strings(service.Value.At("volumes"))).Select(static volume => volume.Split(':')[0]).Where(static name => name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '-'))];
        Assert.Equal(Yaml.Read(Main).At("volumes")!.AsObject().Select(static volume => volume.Key).Order(StringComparer.Ordinal), used.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Prometheus_reads_every_node_and_sends_alerts_to_alertmanager()
    {
        JsonObject prometheus = Yaml.Read("deploy/prometheus/prometheus.yml");
        string[] nodes = [.. Services.Where(static service => Nodes.Contains(service.Value!)).Select(static service => $"{service.Key}:8000")];
        Assert.Equal(nodes, Strings(prometheus.At("scrape_configs.0.static_configs.0.targets")));
        string alertmanager = prometheus.Text("alerting.alertmanagers.0.static_configs.0.targets.0").Split(':')[0];
        Assert.All(new[] { alertmanager, "prometheus", "grafana" }, static name => Assert.Equal("monitoring", Services.Text($"{name}.profiles.0")));
        JsonObject routes = Yaml.Read("deploy/alertmanager/alertmanager.yml");
        Assert.Contains(routes.At("receivers")!.AsArray(), receiver => receiver.Text("name") == routes.Text("route.receiver"));
    }

    [Fact]
    public void Every_variable_is_explained()
    {
        string readme = Repository.Read("deploy/README.md");
        string[] variables = [.. new[] { Main, "deploy/compose/tls.yml", "deploy/compose/secrets.yml", "deploy/compose/https.yml" }.SelectMany(static file => Regex.Matches(Repository.Read(file), @"\$\{(\w+):")).Select(static match => match.Groups[1].Value).Distinct()];
        Assert.True(variables.Length > 8);
        Assert.All(variables, variable => Assert.Contains($"`{variable}`", readme, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Strings(JsonNode? node) => node switch
    {
        JsonArray list => list.Select(static item => item!.ToString()),
        JsonObject map => map.Select(static entry => entry.Value?.ToString() ?? string.Empty),
        _ => [],
    };
}
