using System.Text.Json.Nodes;

namespace OrleansInference.Unit.Deployment;

/// <summary>Finds manifests of Kubernetes by their kind.</summary>
internal static class Manifests
{
    /// <summary>The first one of a kind, those of the PostgreSQL for trials apart.</summary>
    public static JsonObject Of(this IEnumerable<JsonObject> manifests, string kind) =>
        manifests.First(manifest => manifest.Text("kind") == kind && !manifest.Text("metadata.name").EndsWith("postgres", StringComparison.Ordinal));
}
