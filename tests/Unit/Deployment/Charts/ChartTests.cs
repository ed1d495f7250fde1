using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OrleansInference.Unit.Meta;
using Xunit.Abstractions;

namespace OrleansInference.Unit.Deployment.Charts;

/// <summary>The Helm chart renders, checks its values and starts the same nodes as the manifests for kustomize.</summary>
public sealed partial class ChartTests(ITestOutputHelper output)
{
    private const string Secrets = "secrets: {postgres: Host=db;Password=p, clusterSecret: 0123456789abcdef, adminKey: key}";

    private const string Everything =
        """
        fullnameOverride: all
        image: {tag: v9, pullSecrets: [{name: registry}]}
        settings: {maxWaiting: 1000000, lostAfter: 0.5, kvType: bf16, drainSeconds: 100, logFormat: json, httpClientCertificates: optional, httpClientAuthority: /etc/orleans-inference/https/ca.crt, corsOrigins: "https://chat.example.com"}
        environment: {OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4317"}
        model: {claim: models}
        secrets: {clusterSecret: "quoted \"text\": #1", apiKey: key}
        tls: {enabled: true}
        https: {enabled: true, secret: certificate-of-nodes}
        trialPostgres: {enabled: true, password: p}
        packed: {storageClass: fast}
        data: {storageClass: fast}
        service: {annotations: {a: "1"}}
        ingress: {enabled: true, tlsSecret: certificate}
        serviceMonitor: {enabled: true, labels: {release: prometheus}}
        podAnnotations: {a: "1"}
        podLabels: {team: a}
        nodeSelector: {disk: ssd}
        tolerations: [{key: accelerator, operator: Exists}]
        affinity: {nodeAffinity: {}}
        priorityClassName: high
        """;

    // Set by the chart itself, or for nodes that are started by hand.
    private static readonly string[] NotInValues =
    [
        "Node", "Nodes", "Restart", "RestartAfter", "Host", "Port", "Advertise", "Listen", "PostgresFolder", "DataFolder", "AuditFolder", "AuditKeyFile", "SiloPort", "LinkPort", "GatewayPort", "Postgres", "PostgresFile", "AdminKey", "ClusterSecret", "ClusterSecretFile",
        "TlsCertificate", "TlsKey", "TlsAuthority", "HttpCertificate", "HttpKey", "HttpKeyPasswordFile",
    ];

    [Fact]
    public void Its_values_fit_their_schema() => Assert.Empty(SchemaCheck.Errors(Chart.Schema, Chart.Values));

    [Theory]
    [InlineData("replicas: 0", ".replicas is 0")]
    [InlineData("replica: 3", ".replica is not known")]
    [InlineData("settings: {kvType: f16}", ".settings.kvType is \"f16\"")]
    [InlineData("settings: {kvMemory: 2 gigabytes}", ".settings.kvMemory is '2 gigabytes'")]
    [InlineData("settings: {thread: 2}", ".settings.thread is not known")]
    [InlineData("settings: {httpClientCertificates: required}", ".settings.httpClientCertificates is \"required\"")] // probes have none
    [InlineData("settings: {threads: two}", ".settings.threads is \"two\"")]
    [InlineData("secrets: {clusterSecret: short}", ".secrets.clusterSecret is 'short'")]
    [InlineData("image: {pullSecrets: [registry]}", ".image.pullSecrets.0 is \"registry\"")]
    public void A_wrong_value_is_refused(string values, string error) =>
        Assert.StartsWith(error, Assert.Single(SchemaCheck.Errors(Chart.Schema, Chart.With(values))), StringComparison.Ordinal);

    [Fact]
    public void Every_value_that_a_template_uses_exists_and_every_value_is_used()
    {
        HashSet<string> used = [.. Chart.Templates.SelectMany(static name => UsedValue().Matches(Chart.Template(name))).Select(static match => match.Groups[1].Value)];
        HashSet<string> given = [.. Paths(Chart.Values, string.Empty)];
        HashSet<string> described = [.. Paths(Chart.Schema, string.Empty, "properties")];
        Assert.True(used.Count > 30);
        Assert.DoesNotContain(used, path => !described.Contains(path));
        Assert.DoesNotContain(used, path => !given.Contains(path) && !path.StartsWith("settings.", StringComparison.Ordinal)); // most settings have the node's own default
        Assert.DoesNotContain(given, path => !used.Any(use => path == use || path.StartsWith(use + ".", StringComparison.Ordinal) || use.StartsWith(path + ".", StringComparison.Ordinal)));
    }

    [Fact]
    public void Its_settings_are_those_of_a_node()
    {
        string[] keys = [.. Chart.Schema.At("properties.settings.properties")!.AsObject().Select(static setting => char.ToUpperInvariant(setting.Key[0]) + setting.Key[1..])];
        Assert.Empty(keys.Except(NodeSettings.Keys));
        Assert.Empty(NodeSettings.Keys.Except(keys).Except(NotInValues)); // a new setting belongs into values.schema.json, or into the list above
    }

    [Theory]
    [InlineData(Secrets)]
    [InlineData("secrets: {existing: mine}")]
    [InlineData("{tls: {enabled: true}, secrets: {postgres: Host=db}}")]
    [InlineData(Everything)]
    public async Task It_renders_manifests_that_name_only_settings_of_a_node(string values)
    {
        output.WriteLine(Chart.Renderer);
        Assert.Empty(SchemaCheck.Errors(Chart.Schema, Chart.With(values)));
        IReadOnlyList<JsonObject> manifests = await Chart.RenderAsync(values);
        Assert.All(manifests, static manifest => Assert.NotEmpty(manifest.Text("apiVersion") + manifest.Text("kind") + manifest.Text("metadata.name")));
        Assert.Equal(manifests.Count, manifests.Select(static manifest => manifest.Text("kind") + manifest.Text("metadata.name")).Distinct().Count());
        string[] named = [.. manifests.SelectMany(static manifest => NodeSettings.Named(manifest.ToJsonString())).Distinct()];
        Assert.Contains("ORLEANS_INFERENCE_CLUSTER_ID", named);
        Assert.Empty(named.Except(NodeSettings.Variables));
        Assert.Contains("rollout status statefulset/", Chart.RenderFile("NOTES.txt", values), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_that_can_be_switched_on_is_there()
    {
        IReadOnlyList<JsonObject> manifests = await Chart.RenderAsync(Everything);
        string[] kinds = ["ConfigMap", "Ingress", "NetworkPolicy", "PodDisruptionBudget", "Secret", "Service", "ServiceMonitor", "StatefulSet"];
        Assert.Equal(kinds, manifests.Select(static manifest => manifest.Text("kind")).Distinct().Order(StringComparer.Ordinal));
        JsonObject settings = manifests.Of("ConfigMap");
        Assert.Equal("1000000", settings.Text("data.ORLEANS_INFERENCE_MAX_WAITING"));
        Assert.Equal("0.5", settings.Text("data.ORLEANS_INFERENCE_LOST_AFTER"));
        Assert.Equal("json", settings.Text("data.ORLEANS_INFERENCE_LOG_FORMAT"));
        Assert.Equal("http://collector:4317", settings.Text("data.OTEL_EXPORTER_OTLP_ENDPOINT"));
        Assert.Equal("/models/served", settings.Text("data.ORLEANS_INFERENCE_MODEL"));
        Assert.Equal("inference.example.com", settings.Text("data.ORLEANS_INFERENCE_HOSTS"));
        Assert.Equal("api-key", manifests.Of("ServiceMonitor").Text("spec.endpoints.0.authorization.credentials.key"));
        Assert.Equal("key", manifests.Of("Secret").Text("stringData.api-key"));
        Assert.Equal("quoted \"text\": #1", manifests.Of("Secret").Text("stringData.cluster-secret"));
        Assert.StartsWith("Host=all-postgres;", manifests.Of("Secret").Text("stringData.postgres"), StringComparison.Ordinal);
        JsonNode pod = manifests.Of("StatefulSet").At("spec.template")!;
        Assert.Equal("160", pod.Text("spec.terminationGracePeriodSeconds"));
        Assert.Equal("a", pod.Text("metadata.labels.team"));
        Assert.Equal("fast", manifests.Of("StatefulSet").Text("spec.volumeClaimTemplates.0.spec.storageClassName"));
        Assert.Contains(pod.At("spec.containers.0.volumeMounts")!.AsArray(), static mount => mount.Text("mountPath") == "/etc/orleans-inference/tls");
        Assert.Contains(pod.At("spec.containers.0.volumeMounts")!.AsArray(), static mount => mount.Text("mountPath") == "/etc/orleans-inference/https");
        Assert.Contains(pod.At("spec.volumes")!.AsArray(), static volume => volume.At("secret.secretName")?.ToString() == "certificate-of-nodes");
        Assert.All(new[] { "startupProbe", "livenessProbe", "readinessProbe" }, probe => Assert.Equal("HTTPS", pod.Text($"spec.containers.0.{probe}.httpGet.scheme")));
        Assert.Equal("https", pod.At("metadata.annotations")!["prometheus.io/scheme"]!.ToString());
        Assert.Equal("https", manifests.Of("ServiceMonitor").Text("spec.endpoints.0.scheme"));
        Assert.Equal("HTTPS", manifests.Of("Ingress").At("metadata.annotations")!["nginx.ingress.kubernetes.io/backend-protocol"]!.ToString());
        Assert.Equal("https://chat.example.com", settings.Text("data.ORLEANS_INFERENCE_CORS_ORIGINS"));
        Assert.Equal("optional", settings.Text("data.ORLEANS_INFERENCE_HTTP_CLIENT_CERTIFICATES"));
    }

    [Theory]
    [InlineData("secrets: {clusterSecret: 0123456789abcdef}", "secrets.postgres")]
    [InlineData("secrets: {postgres: Host=db}", "secrets.clusterSecret")]
    [InlineData("{trialPostgres: {enabled: true}, secrets: {clusterSecret: 0123456789abcdef}}", "trialPostgres.password")]
    public async Task A_secret_that_is_missing_is_named(string values, string named)
    {
        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Chart.RenderAsync(values));
        Assert.Contains($"{named} is needed", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_of_settings_or_secrets_rolls_the_pods()
    {
        async Task<string> Annotations(string values) => (await Chart.RenderAsync(values)).Of("StatefulSet").At("spec.template.metadata.annotations")!.ToJsonString();
        string before = await Annotations(Secrets);
        Assert.Equal(before, await Annotations(Secrets));
        Assert.NotEqual(before, await Annotations(Secrets + "\nsettings: {threads: 3}"));
        Assert.NotEqual(before, await Annotations(Secrets.Replace("key}", "other}", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Its_nodes_are_those_of_the_kustomization()
    {
        JsonObject chart = (await Chart.RenderAsync("{secrets: {existing: orleans-inference}, image: {tag: latest}}")).Of("StatefulSet");
        JsonObject manifest = Yaml.Read("deploy/kubernetes/cluster/nodes.yaml");
        string[] same =
        [
            "spec.replicas", "spec.podManagementPolicy", "spec.updateStrategy", "spec.minReadySeconds", "spec.volumeClaimTemplates",
            "spec.template.spec.enableServiceLinks", "spec.template.spec.automountServiceAccountToken", "spec.template.spec.terminationGracePeriodSeconds", "spec.template.spec.securityContext",
            "spec.template.spec.volumes", "spec.template.spec.containers.0.env", "spec.template.spec.containers.0.ports", "spec.template.spec.containers.0.startupProbe",
            "spec.template.spec.containers.0.livenessProbe", "spec.template.spec.containers.0.readinessProbe", "spec.template.spec.containers.0.lifecycle",
            "spec.template.spec.containers.0.resources", "spec.template.spec.containers.0.securityContext", "spec.template.spec.containers.0.volumeMounts",
        ];
        Assert.All(same, path => Assert.True(
            manifest.At(path) is { } wanted && JsonNode.DeepEquals(wanted, chart.At(path)), $"{manifest.At(path)?.ToJsonString()} is {chart.At(path)?.ToJsonString()} in the chart."));
        string[] settings = [.. Repository.Read("deploy/kubernetes/cluster/settings.env").Split('\n').Where(static line => line.Contains('=') && !line.StartsWith('#')).Order(StringComparer.Ordinal)];
        Assert.Equal(settings, (await Chart.RenderAsync(Secrets)).Of("ConfigMap").At("data")!.AsObject().Select(static entry => $"{entry.Key}={entry.Value}").Order(StringComparer.Ordinal));
    }

    [SkippableFact]
    public async Task Helm_accepts_it()
    {
        Skip.IfNot(Tool.IsInstalled("helm"), "helm is not installed.");
        output.WriteLine(await Tool.RunAsync("helm", "lint", Repository.PathOf(Chart.Folder), "--set", "secrets.existing=mine"));
    }

    [Fact]
    public void Its_version_is_that_of_the_programs() =>
        Assert.Contains($"<Version>{Yaml.Read($"{Chart.Folder}/Chart.yaml").Text("appVersion")}</Version>", Repository.Read("Directory.Build.props"), StringComparison.Ordinal);

    /// <summary>Every path of a tree, those of inner maps included.</summary>
    private static IEnumerable<string> Paths(JsonNode? tree, string path, string? inner = null)
    {
        IEnumerable<string> below = ((inner is null ? tree : (tree as JsonObject)?[inner]) as JsonObject ?? [])
            .SelectMany(entry => Paths(entry.Value, path.Length == 0 ? entry.Key : $"{path}.{entry.Key}", inner));
        return path.Length == 0 ? below : below.Prepend(path);
    }

    [GeneratedRegex(@"\.Values\.([A-Za-z0-9.]+)")]
    private static partial Regex UsedValue();
}
