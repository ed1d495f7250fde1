using System.Globalization;
using OrleansInference.Bench.Fuzz;
using OrleansInference.Silo.Hosting;
using OrleansInference.Silo.Settings;
using Xunit.Abstractions;

namespace OrleansInference.ClusterTests.Doors;

/// <summary>A part of <c>bench fuzz</c>: no request makes a node fail, whatever is in it.</summary>
public sealed class FuzzTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("orleans-inference-fuzz-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Every_generated_request_has_an_answer_that_the_document_describes()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("ORLEANS_INFERENCE_SEED"), CultureInfo.InvariantCulture, out int given) ? given : Random.Shared.Next();
        output.WriteLine($"ORLEANS_INFERENCE_SEED={seed}");
        const string Key = "fuzz-administrator";
        NodeOptions options = new() { Http = new() { Port = 0, AdminKey = Key }, Database = new() { DataFolder = _data }, Compute = new() { Threads = 1 } };
        await using SiloNode node = await SiloNode.StartAsync(options.Resolve());
        FuzzSettings settings = new()
        {
            Url = new Uri(node.Url),
            AdminKey = Key,
            Seed = seed,
            Duration = TimeSpan.FromSeconds(8),
            MaxRequests = 1500,
            AnswerTime = TimeSpan.FromMinutes(2),
            MaxGrowth = double.PositiveInfinity, // of the process of all tests
        };
        using FuzzDriver driver = new(settings, output.WriteLine);

        FuzzReport report = await driver.RunAsync(CancellationToken.None);

        output.WriteLine(report.Describe().ToJsonString());
        Assert.Empty(report.Failures);
        Assert.NotEmpty(report.Accepted);
    }
}
