using System.Text.Json.Nodes;
using OrleansInference.Unit.Meta;
using Xunit.Abstractions;

namespace OrleansInference.Unit.Deployment;

/// <summary>The manifests for kustomize build, and a change of settings starts the pods again.</summary>
public sealed class KubernetesTests(ITestOutputHelper output)
{
    private const string Folder = "deploy/kubernetes";

    [SkippableTheory]
    [InlineData("cluster", "ConfigMap NetworkPolicy Namespace PodDisruptionBudget Service StatefulSet")]
    [InlineData("own-model", "ConfigMap NetworkPolicy Namespace PodDisruptionBudget Service StatefulSet")]
    [InlineData("production", "ConfigMap Ingress NetworkPolicy Namespace PodDisruptionBudget Service ServiceMonitor StatefulSet")]
    [InlineData("trial-postgres", "Service StatefulSet")]
    public async Task A_kustomization_builds(string name, string kinds)
    {
        IReadOnlyList<JsonObject> manifests = await BuildAsync(name);
        Assert.Equal(kinds.Split(' ').Order(StringComparer.Ordinal), manifests.Select(static manifest => manifest.Text("kind")).Distinct().Order(StringComparer.Ordinal));
        Assert.All(manifests, static manifest => Assert.Equal("orleans-inference", manifest.At("metadata.namespace")?.ToString() ?? manifest.Text("metadata.name")));
    }

    [SkippableFact]
    public async Task Settings_have_their_hash_in_their_name_and_pods_refer_to_it()
    {
        IReadOnlyList<JsonObject> cluster = await BuildAsync("cluster");
        string name = cluster.Of("ConfigMap").Text("metadata.name");
        Assert.Matches("^orleans-inference-[a-z0-9]{10}$", name);
        Assert.Equal(name, cluster.Of("StatefulSet").Text("spec.template.spec.containers.0.envFrom.0.configMapRef.name"));
        IReadOnlyList<JsonObject> other = await BuildAsync("own-model");
        Assert.NotEqual(name, other.Of("ConfigMap").Text("metadata.name"));
        Assert.Equal("/models/served", other.Of("ConfigMap").Text("data.ORLEANS_INFERENCE_MODEL"));
    }

    [SkippableFact]
    public async Task Certificates_are_mounted_where_the_settings_name_them()
    {
        JsonNode container = (await BuildAsync("production")).Of("StatefulSet").At("spec.template.spec.containers.0")!;
        string[] mounts = [.. container.At("volumeMounts")!.AsArray().Select(static mount => mount.Text("mountPath"))];
        string[] files = [.. container.At("env")!.AsArray().Where(static variable => variable.At("value") is not null).Select(static variable => variable.Text("value"))];
        Assert.Equal(7, files.Length);
        Assert.All(files, file => Assert.Contains(Path.GetDirectoryName(file), mounts));
    }

    [SkippableFact]
    public async Task Everything_that_reads_HTTP_reads_HTTPS_with_its_component()
    {
        IReadOnlyList<JsonObject> production = await BuildAsync("production");
        JsonNode container = production.Of("StatefulSet").At("spec.template.spec.containers.0")!;
        Assert.All(new[] { "startupProbe", "livenessProbe", "readinessProbe" }, probe => Assert.Equal("HTTPS", container.Text($"{probe}.httpGet.scheme")));
        Assert.Equal("https", production.Of("StatefulSet").At("spec.template.metadata.annotations")!["prometheus.io/scheme"]!.ToString());
        Assert.Equal("https", production.Of("ServiceMonitor").Text("spec.endpoints.0.scheme"));
        Assert.Equal("HTTPS", production.Of("Ingress").At("metadata.annotations")!["nginx.ingress.kubernetes.io/backend-protocol"]!.ToString());
        Assert.Contains(production, static manifest => manifest.Text("kind") == "Service" && manifest.Text("metadata.name") == "orleans-inference" && manifest.Text("spec.ports.0.port") == "443");
    }

    /// <summary>Checks without kustomize that the generator appends its hash and is the only source of the settings.</summary>
    [Fact]
    public void Settings_come_from_the_generator()
    {
        JsonObject kustomization = Yaml.Read($"{Folder}/cluster/kustomization.yaml");
        Assert.Equal("orleans-inference", kustomization.Text("configMapGenerator.0.name"));
        Assert.Null(kustomization.At("generatorOptions"));
        Assert.Null(kustomization.At("configMapGenerator.0.options"));
        Assert.DoesNotContain(Repository.Files("*.yaml").Where(static file => file.StartsWith(Folder, StringComparison.Ordinal)), static file =>
            Yaml.ReadAll(file).Any(static manifest => manifest.At("kind")?.ToString() == "ConfigMap"));
    }

    [Fact]
    public void Prometheus_finds_the_job_that_the_alerts_name_and_each_node_once()
    {
        JsonObject monitor = Yaml.Read($"{Folder}/components/monitoring/service-monitor.yaml");
        JsonObject wanted = monitor.At("spec.selector.matchLabels")!.AsObject();
        JsonObject service = Assert.Single(Yaml.ReadAll($"{Folder}/cluster/services.yaml"), service =>
            wanted.All(label => JsonNode.DeepEquals(label.Value, service.At("metadata.labels")![label.Key])));
        Assert.Contains(service.At("spec.ports")!.AsArray(), port => port.Text("name") == monitor.Text("spec.endpoints.0.port"));
        string job = service.At("metadata.labels")![monitor.Text("spec.jobLabel")]!.ToString();
        Assert.Contains($"up{{job=\"{job}\"}}", Repository.Read("deploy/prometheus/alerts.yml"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_ingress_passes_events_on_when_they_arrive()
    {
        JsonObject ingress = Yaml.Read($"{Folder}/components/ingress/ingress.yaml");
        JsonObject annotations = ingress.At("metadata.annotations")!.AsObject();
        Assert.Equal("off", annotations["nginx.ingress.kubernetes.io/proxy-buffering"]!.ToString());
        JsonObject chart = Yaml.Read("deploy/helm/orleans-inference/values.yaml").At("ingress.annotations")!.AsObject();
        Assert.True(JsonNode.DeepEquals(annotations, chart));
        JsonNode backend = ingress.At("spec.rules.0.http.paths.0.backend.service")!;
        Assert.Contains(Yaml.ReadAll($"{Folder}/cluster/services.yaml"), service =>
            service.Text("metadata.name") == backend.Text("name") && service.At("spec.ports")!.AsArray().Any(port => port.Text("name") == backend.Text("port.name")));
    }

    private async Task<IReadOnlyList<JsonObject>> BuildAsync(string name)
    {
        string folder = Repository.PathOf($"{Folder}/{name}");
        Skip.IfNot(Tool.IsInstalled("kustomize") || Tool.IsInstalled("kubectl"), "Neither kustomize nor kubectl is installed.");
        output.WriteLine($"Built by {(Tool.IsInstalled("kustomize") ? "kustomize" : "kubectl")}; no cluster was asked whether the manifests are valid.");
        string text = Tool.IsInstalled("kustomize") ? await Tool.RunAsync("kustomize", "build", folder) : await Tool.RunAsync("kubectl", "kustomize", folder);
        return Yaml.Parse(text, name);
    }
}
