namespace OrleansInference.Unit.Meta;

public sealed class SolutionTests
{
    [Fact]
    public void Solution_holds_exactly_the_projects_on_disk() => Assert.Equal(Repository.ProjectsOnDisk(), Repository.SolutionProjects());

    [Fact]
    public void Embedded_edition_is_a_sorted_part_of_the_solution()
    {
        IReadOnlyList<string> embedded = Repository.EmbeddedProjects();
        Assert.Empty(embedded.Except(Repository.SolutionProjects()));
        Assert.Equal(embedded.Order(StringComparer.Ordinal), embedded);
    }

    [Fact]
    public void Embedded_edition_needs_no_package_that_only_a_cluster_needs()
    {
        string[] clustered = ["Microsoft.Orleans", "Grpc", "TorchSharp", "libtorch"];
        List<string> wrong = [.. Repository.EmbeddedProjects()
            .SelectMany(path => Repository.Project(path).Descendants("PackageReference").Select(package => (path, Name: package.Attribute("Include")!.Value)))
            .Where(package => clustered.Any(prefix => package.Name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
            .Select(package => $"{package.path} -> {package.Name}")];
        Assert.Empty(wrong);
    }
}
