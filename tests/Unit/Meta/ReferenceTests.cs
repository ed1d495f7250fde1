using System.Xml.Linq;

namespace OrleansInference.Unit.Meta;

/// <summary>Dependencies point one way: this table is the architecture.</summary>
public sealed class ReferenceTests
{
    private const string AspNet = "Microsoft.AspNetCore.App";

    // Project: the projects it may name, then whether it may use ASP.NET, then the packages it may use.
    private static readonly Dictionary<string, (string[] Projects, bool AspNet, string[] Packages)> Allowed = new()
    {
        ["shared/Models"] = ([], false, []),
        ["shared/Text"] = (["shared/Models"], false, []),
        ["shared/Compute"] = (["shared/Models"], false, ["System.IO.Hashing"]),
        ["shared/Engine"] = (["shared/Compute"], false, []),
        ["shared/Cluster"] = (["shared/Engine"], false, []),
        ["shared/Simulation"] = (["shared/Cluster"], false, []),
        ["shared/Tenancy"] = ([], false, []),
        ["shared/Settings"] = (["shared/Models"], true, ["System.CommandLine"]),
        ["shared/Api"] = (["shared/Engine", "shared/Tenancy", "shared/Text"], true, ["Microsoft.AspNetCore.Authentication.JwtBearer", "Microsoft.AspNetCore.OpenApi", "Microsoft.IdentityModel.Protocols.OpenIdConnect", "Microsoft.OpenApi"]),
        ["grains"] = (["shared/Cluster"], false, ["Microsoft.Orleans.Runtime", "Microsoft.Orleans.Sdk"]),
        ["silo"] = (["grains", "shared/Api", "shared/Settings", "shared/Tenancy"], true,
            ["Microsoft.Orleans.Clustering.AdoNet", "Microsoft.Orleans.Connections.Security", "Microsoft.Orleans.Dashboard", "Microsoft.Orleans.Server", "Microsoft.Data.Sqlite", "Npgsql",
                "OpenTelemetry.Exporter.OpenTelemetryProtocol", "OpenTelemetry.Extensions.Hosting", "OpenTelemetry.Instrumentation.AspNetCore", "System.CommandLine"]),
        ["client/Cli"] = (["shared/Api", "shared/Cluster", "shared/Settings", "shared/Tenancy"], true, ["Spectre.Console", "System.CommandLine"]),
        ["client/Bench"] = (["client/Cli", "silo", "shared/Simulation"], true, ["Spectre.Console", "System.CommandLine"]),
    };

    [Fact]
    public void Every_project_names_only_what_it_may()
    {
        List<string> wrong = [];
        foreach (string path in Repository.ProjectsOnDisk().Where(path => !path.StartsWith("tests/", StringComparison.Ordinal)))
        {
            string folder = Path.GetDirectoryName(path)!.Replace('\\', '/');
            if (!Allowed.TryGetValue(folder, out var allowed))
            {
                wrong.Add($"{folder} is not in the table");
                continue;
            }

            XDocument project = Repository.Project(path);
            wrong.AddRange(References(project, folder).Except(allowed.Projects).Select(name => $"{folder} -> {name}"));
            wrong.AddRange(Items(project, "PackageReference").Except(allowed.Packages).Select(name => $"{folder} -> package {name}"));
            wrong.AddRange(Items(project, "FrameworkReference").Where(name => !allowed.AspNet || name != AspNet).Select(name => $"{folder} -> framework {name}"));
            if (project.Root!.Attribute("Sdk")?.Value != "Microsoft.NET.Sdk")
            {
                wrong.Add($"{folder} has the SDK {project.Root.Attribute("Sdk")?.Value}, which may bring references of its own");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Only_a_projects_tests_see_its_internals()
    {
        HashSet<string> tests = [.. Repository.ProjectsOnDisk().Where(path => path.StartsWith("tests/", StringComparison.Ordinal)).Select(path => "OrleansInference." + Path.GetFileNameWithoutExtension(path))];
        Assert.Empty(Repository.ProjectsOnDisk().SelectMany(path => Items(Repository.Project(path), "InternalsVisibleTo").Where(friend => !tests.Contains(friend)).Select(friend => $"{path} -> {friend}")));
    }

    [Fact]
    public void Every_package_version_is_kept_in_one_place()
    {
        List<string> wrong = [.. Repository.ProjectsOnDisk()
            .Where(path => Repository.Project(path).Descendants("PackageReference").Any(package => package.Attribute("Version") is not null))];
        Assert.Empty(wrong);
    }

    private static IEnumerable<string> References(XDocument project, string folder) => Items(project, "ProjectReference").Select(include =>
        Path.GetRelativePath(Repository.Root, Path.GetDirectoryName(Path.GetFullPath(Path.Combine(Repository.PathOf(folder), include.Replace('\\', '/'))))!).Replace('\\', '/'));

    private static IEnumerable<string> Items(XDocument project, string item) =>
        project.Descendants(item).Select(element => element.Attribute("Include")!.Value);
}
