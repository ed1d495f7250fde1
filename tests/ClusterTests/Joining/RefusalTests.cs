using System.Diagnostics;
using OrleansInference.Cluster.Hosting;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.Silo.LocalCluster;
using Xunit.Abstractions;

namespace OrleansInference.ClusterTests.Joining;

/// <summary>A node that does not fit into its cluster ends with a message that names the difference, and the cluster goes on.</summary>
public sealed class RefusalTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);

    [SkippableFact]
    public async Task A_silo_with_another_model_plan_or_wrong_credentials_is_refused_with_the_difference()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(1, 1);
        string other = await OtherModelAsync();
        try
        {
            await RefusedAsync(cluster, "Stages is 2, the cluster's is 1", "--stages", "2");
            await RefusedAsync(cluster, "Pipelines is 2, the cluster's is 1", "--pipelines", "2");
            await RefusedAsync(cluster, "KvType is bf16, the cluster's is f32", "--kv-type", "bf16");
            await RefusedAsync(cluster, "fingerprint", "--model", other, "--name", "demo");
            await RefusedAsync(cluster, "password authentication failed", "--postgres", cluster.Postgres.ConnectionString + ";Password=guess");
            await cluster.UntilStagesAsync(1);
            Assert.NotEmpty((await Streams.SaidAsync([Streams.Start(cluster.Nodes[0].Url.Result, 1, tokens: 10)]))[0]);
        }
        finally
        {
            Directory.Delete(other, recursive: true);
        }
    }

    private async Task RefusedAsync(TestCluster cluster, string difference, params string[] settings)
    {
        ProcessStartInfo start = new("dotnet", [typeof(NodeProcess).Assembly.Location, .. cluster.ArgumentsOf("stranger", 0, settings)])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Timeout);
        output.WriteLine(await errors);
        Assert.Contains(difference, await errors, StringComparison.Ordinal);
        Assert.Equal(2, process.ExitCode);
    }

    /// <summary>The demo model with another weight.</summary>
    private static async Task<string> OtherModelAsync()
    {
        string folder = Directory.CreateTempSubdirectory("oi-model-").FullName;
        foreach (string file in Directory.EnumerateFiles(CheckpointOptions.Find(null)))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        await using FileStream weights = File.Open(Directory.EnumerateFiles(folder, "*.safetensors").First(), FileMode.Open);
        weights.Seek(-2, SeekOrigin.End);
        int low = weights.ReadByte();
        weights.Seek(-2, SeekOrigin.End);
        weights.WriteByte((byte)(low ^ 1));
        return folder;
    }
}
