using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OrleansInference.Cluster.Programs;
using OrleansInference.ClusterTests.Postgres;
using OrleansInference.ClusterTests.Stopping;

namespace OrleansInference.ClusterTests.Doors;

/// <summary>What keeps a node from starting is said in one line that names it and what to do, and the exit code says whether a new process can help.</summary>
[Collection(PostgresTests.Name)]
public sealed class StartErrorTests(PostgresFixture postgres) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("oi-start-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public Task A_model_folder_that_is_missing() => SaysAsync(ExitCode.UsageError, ["Model is '/nowhere/model'", "folder"], "--model", "/nowhere/model");

    [Fact]
    public Task A_database_that_nobody_has_started() => SaysAsync(
        ExitCode.Failure, ["127.0.0.1:1 does not answer", "refused", "Start it", "--postgres-wait"], "--postgres", "Host=127.0.0.1;Port=1;Username=u;Password=hushed;Database=d");

    [Fact]
    public Task A_database_on_a_machine_that_has_no_address() => SaysAsync(
        ExitCode.Failure, ["no-such-host.invalid:5432 does not answer", "correct the setting Postgres"], "--postgres", "Host=no-such-host.invalid;Username=u;Password=hushed;Database=d");

    [Fact]
    public Task A_database_that_nobody_has_started_for_several_nodes() => SaysAsync(
        ExitCode.Failure, ["127.0.0.1:1 does not answer", "Start it"], "--nodes", "2", "--postgres", "Host=127.0.0.1;Port=1;Username=u;Password=hushed;Database=d");

    [SkippableFact]
    public Task A_database_that_refuses_the_password() => SaysAsync(
        ExitCode.UsageError, ["refuses the start", "password authentication failed", "Correct the setting Postgres"],
        "--postgres", new Npgsql.NpgsqlConnectionStringBuilder(postgres.Local.ConnectionString) { Password = "hushed" }.ConnectionString);

    [SkippableFact]
    public async Task A_secret_that_is_not_the_clusters()
    {
        PostgresOptionsOf(out string connection, out string cluster);
        using NodeProgram first = NodeProgram.With(
            new() { ["ORLEANS_INFERENCE_CLUSTER_SECRET"] = "the secret of this cluster" }, "--port", "0", "--threads", "1", "--postgres", connection, "--cluster-id", cluster);
        await first.ServesAsync();
        using NodeProgram second = NodeProgram.With(
            new() { ["ORLEANS_INFERENCE_CLUSTER_SECRET"] = "hushed, and of another one" }, "--port", "0", "--threads", "1", "--postgres", connection, "--cluster-id", cluster, "--node", "second");
        await AssertAsync(second, ExitCode.UsageError, ["ClusterSecret is not the one", "ORLEANS_INFERENCE_CLUSTER_SECRET"]);
    }

    [Theory]
    [InlineData("--host", "203.0.113.7", "Host is 203.0.113.7")]
    [InlineData("--listen", "203.0.113.7", "Listen is 203.0.113.7")]
    public async Task An_address_that_is_not_this_machines(string option, string address, string named)
    {
        using NodeProgram node = NodeProgram.With(new() { ["ORLEANS_INFERENCE_CLUSTER_SECRET"] = "the secret of this cluster" }, "--port", "0", option, address);
        await AssertAsync(node, ExitCode.UsageError, [named, "not an address of this machine"]);
    }

    [Fact]
    public Task A_certificate_of_HTTP_that_is_missing() => SaysAsync(
        ExitCode.UsageError, ["HttpCertificate is '/nowhere/http.pem', which cannot be read"], "--http-certificate", "/nowhere/http.pem", "--http-key", "/nowhere/http.key");

    [Fact]
    public Task A_certificate_of_HTTP_that_is_missing_for_several_nodes() => SaysAsync(
        ExitCode.UsageError, ["HttpCertificate is '/nowhere/http.pem', which cannot be read"], "--nodes", "2", "--http-certificate", "/nowhere/http.pem", "--http-key", "/nowhere/http.key");

    [Fact]
    public Task An_origin_with_a_path() => SaysAsync(ExitCode.UsageError, ["CorsOrigins has 'https://chat.example.com/page'", "without a path"], "--cors-origins", "https://chat.example.com/page");

    [Fact]
    public async Task A_port_of_one_of_several_nodes_that_is_taken()
    {
        int[] ports = FreePorts.FindForLater(2);
        using TcpListener taken = new(IPAddress.Loopback, ports[1]);
        taken.Start();
        await SaysAsync(ExitCode.PortTaken, [$"Port {ports[1]} for HTTP (--port) is in use"], "--nodes", "2", "--port", ports[0].ToString(CultureInfo.InvariantCulture));
    }

    [SkippableFact]
    public async Task A_folder_of_PostgreSQL_that_cannot_be_made()
    {
        Skip.If(Silo.Storage.PostgresBinaries.Find() is null, "PostgreSQL is not installed here.");
        string file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "not a folder");
        await SaysAsync(ExitCode.Failure, [file, "cannot be created or written", "--postgres-folder"], "--nodes", "2", "--port", "0", "--postgres-folder", Path.Combine(file, "data"));
    }

    [SkippableFact]
    public async Task A_disk_of_PostgreSQL_that_is_full()
    {
        Skip.If(Silo.Storage.PostgresBinaries.Find() is null, "PostgreSQL is not installed here.");
        using SmallDisk disk = SmallDisk.Mount(megabytes: 8);
        using (disk.Fill())
        {
            await SaysAsync(ExitCode.Failure, ["No space left on device", "--postgres-folder"], "--nodes", "2", "--port", "0", "--postgres-folder", Path.Combine(disk.Folder, "postgres"));
        }
    }

    private void PostgresOptionsOf(out string connection, out string cluster)
    {
        Silo.Storage.PostgresOptions options = postgres.Options();
        (connection, cluster) = (options.ConnectionString, options.ClusterId);
    }

    private static async Task SaysAsync(int code, string[] words, params string[] arguments)
    {
        using NodeProgram node = new(arguments);
        await AssertAsync(node, code, words);
    }

    private static async Task AssertAsync(NodeProgram node, int code, string[] words)
    {
        (int ended, string[] errors) = await node.EndsAsync();
        string line = Assert.Single(errors);
        Assert.Equal((code, line), (ended, line));
        Assert.All(words, word => Assert.Contains(word, line, StringComparison.Ordinal));
        Assert.DoesNotContain("hushed", line, StringComparison.Ordinal);
    }
}
