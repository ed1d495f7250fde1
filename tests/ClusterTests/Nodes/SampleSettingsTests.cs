using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using OrleansInference.Api;
using OrleansInference.Cluster.Programs;
using OrleansInference.ClusterTests.Stopping;
using OrleansInference.Settings;
using OrleansInference.Silo.Settings;

namespace OrleansInference.ClusterTests.Nodes;

/// <summary>The sample of appsettings.json has only what a node knows.</summary>
public sealed class SampleSettingsTests : IDisposable
{
    private static readonly string Sample = RepositoryFiles.Find("deploy/appsettings.json", AppContext.BaseDirectory)!;
    private static readonly JsonDocumentOptions Comments = new() { CommentHandling = JsonCommentHandling.Skip };

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Every_key_is_a_setting_or_of_a_known_section()
    {
        Assert.Equal(["Api", "Logging"], Sections().Except(NodeOptions.CreateSettings().All.Select(static setting => setting.Key)));
        NodeOptions options = Read(Sample);
        Assert.Equal((8000, 512L << 20, TimeSpan.FromMinutes(1)), (options.Http.Port, options.Compute.KvBytes, options.Database.PostgresWait));
        Assert.Equal(2, options.Http.Proxies.Count);
        Assert.Equal(3, options.Serving.TenantWeights["team-a"]);
        ApiOptions api = new();
        Bind(Sample, "Api", api);
        Assert.Equal(new ApiOptions().MaxBodyBytes, api.MaxBodyBytes);
        Assert.All(new ConfigurationBuilder().AddJsonFile(Sample).Build().GetSection("Logging:LogLevel").GetChildren(), static level => Assert.True(Enum.TryParse<LogLevel>(level.Value, out _), level.Path));
    }

    [Theory]
    [InlineData("\"Port\"", "\"Prot\"")]
    [InlineData("\"MaxMessages\"", "\"MaxMesages\"")]
    public void A_misspelt_key_is_refused(string right, string wrong)
    {
        string text = File.ReadAllText(Sample);
        Assert.Contains(right, text, StringComparison.Ordinal);
        File.WriteAllText(_file, text.Replace(right, wrong, StringComparison.Ordinal));
        Exception refused = Assert.ThrowsAny<Exception>(() =>
        {
            Read(_file);
            Bind(_file, "Api", new ApiOptions());
        });
        Assert.Contains(wrong.Trim('"'), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_refuses_an_unknown_key_of_either_kind_in_one_line()
    {
        string folder = Directory.CreateTempSubdirectory("oi-sample-").FullName;
        try
        {
            foreach ((string json, string named) in new[] { ("""{ "Prot": 1 }""", "'Prot'"), ("""{ "Api": { "MaxMesages": 1 } }""", "MaxMesages") })
            {
                await File.WriteAllTextAsync(Path.Combine(folder, SettingSet.FileName), json);
                using NodeProgram node = NodeProgram.In(folder, "--port", "0", "--threads", "1");
                (int code, string[] errors) = await node.EndsAsync();
                Assert.Equal(ExitCode.UsageError, code);
                Assert.Contains(named, Assert.Single(errors, static line => !line.Contains(" info ", StringComparison.Ordinal)), StringComparison.Ordinal);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<string> Sections()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Sample), Comments);
        return [.. document.RootElement.EnumerateObject().Where(static entry => entry.Value.ValueKind == JsonValueKind.Object).Select(static entry => entry.Name)];
    }

    private static NodeOptions Read(string file)
    {
        RootCommand command = [];
        SettingSet settings = NodeOptions.CreateSettings();
        settings.AddTo(command);
        return NodeOptions.From(settings.Read(command.Parse([]), strict: true, file));
    }

    private static void Bind(string file, string section, object options) =>
        new ConfigurationBuilder().AddJsonFile(file).Build().GetSection(section).Bind(options, static binding => binding.ErrorOnUnknownConfiguration = true);
}
