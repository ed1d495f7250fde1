using System.Text.Json;
using OrleansInference.Unit.Meta;

namespace OrleansInference.Unit.Deployment;

/// <summary>The contents of the image.</summary>
public sealed class ImageTests
{
    private const string Assets = "silo/obj/project.assets.json";

    [Fact]
    public void Its_build_fails_where_the_compiler_is_in_it() => Assert.Contains("RUN ! find /out -name 'Microsoft.CodeAnalysis*' | grep .", Repository.Read("Dockerfile"), StringComparison.Ordinal);

    /// <summary>Packages of Orleans depend on Roslyn, which none of their assemblies refers to.</summary>
    [SkippableFact]
    public void A_node_is_made_of_packages_without_the_compiler()
    {
        Skip.IfNot(File.Exists(Repository.PathOf(Assets)), "The node is not restored.");
        using JsonDocument assets = JsonDocument.Parse(Repository.Read(Assets));
        string[] assemblies = [.. assets.RootElement.GetProperty("targets").EnumerateObject().SelectMany(static target => target.Value.EnumerateObject())
            .Where(static library => library.Value.TryGetProperty("runtime", out _)).SelectMany(static library => library.Value.GetProperty("runtime").EnumerateObject())
            .Select(static file => Path.GetFileName(file.Name))];
        Assert.Contains("Orleans.Runtime.dll", assemblies);
        Assert.DoesNotContain(assemblies, static name => name.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal));
    }
}
