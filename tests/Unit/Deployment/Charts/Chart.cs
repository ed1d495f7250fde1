using System.Text.Json.Nodes;
using OrleansInference.Unit.Meta;

namespace OrleansInference.Unit.Deployment.Charts;

/// <summary>The Helm chart, rendered by helm where it is installed, else by the tests' own functions.</summary>
internal static class Chart
{
    public const string Folder = "deploy/helm/orleans-inference";

    private const string ReleaseName = "inference";
    private const string ReleaseNamespace = "serving";

    /// <summary>What renders, for the output of tests.</summary>
    public static string Renderer => Tool.IsInstalled("helm")
        ? "Rendered by helm."
        : "helm is not installed: rendered by the tests' own functions, which know the part of Helm's templates that the chart uses and do not ask Kubernetes whether a manifest is valid.";

    public static JsonObject Values => Yaml.Read($"{Folder}/values.yaml");

    public static JsonObject Schema => JsonNode.Parse(Repository.Read($"{Folder}/values.schema.json"))!.AsObject();

    public static IReadOnlyList<string> Templates { get; } =
        [.. Directory.GetFiles(Repository.PathOf($"{Folder}/templates")).Select(static file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    public static string Template(string name) => Repository.Read($"{Folder}/templates/{name}");

    /// <summary>The manifests of a release.</summary>
    /// <param name="values">Values in YAML that differ from those of the chart.</param>
    public static async Task<IReadOnlyList<JsonObject>> RenderAsync(string values)
    {
        if (!Tool.IsInstalled("helm"))
        {
            return [.. Templates.Where(static name => name.EndsWith(".yaml", StringComparison.Ordinal)).SelectMany(name => Yaml.Parse(RenderFile(name, values), name))];
        }

        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, values);
            return Yaml.Parse(await Tool.RunAsync("helm", "template", ReleaseName, Repository.PathOf(Folder), "--namespace", ReleaseNamespace, "--values", file), "helm template");
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>One file, by the tests' own functions.</summary>
    public static string RenderFile(string name, string values)
    {
        TemplateSet templates = new("orleans-inference/templates", Templates.Select(static file => (file, Template(file))));
        return templates.Render(name, With(values), Yaml.Read($"{Folder}/Chart.yaml"), new JsonObject { ["Name"] = ReleaseName, ["Namespace"] = ReleaseNamespace, ["Service"] = "Helm" });
    }

    /// <summary>The chart's values with others over them.</summary>
    public static JsonObject With(string values)
    {
        JsonObject merged = Values;
        Merge(merged, Assert.Single(Yaml.Parse(values, "values")));
        return merged;
    }

    private static void Merge(JsonObject into, JsonObject from)
    {
        foreach ((string key, JsonNode? value) in from)
        {
            if (value is JsonObject map && into[key] is JsonObject inner)
            {
                Merge(inner, map);
            }
            else
            {
                into[key] = value?.DeepClone();
            }
        }
    }
}
