using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Models;
using OrleansInference.Silo.Settings;
using OrleansInference.Silo.Storage;

namespace OrleansInference.ClusterTests.Doors;

/// <summary>Where the cluster's secret comes from, and who starts without one.</summary>
[Collection(PostgresTests.Name)]
public sealed class ClusterSecretTests(PostgresFixture postgres) : IDisposable
{
    private static readonly byte[] Given = "a secret that all nodes were given"u8.ToArray();

    private readonly string _folder = Directory.CreateTempSubdirectory("oi-secret-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("10.1.2.3", null)]
    [InlineData("127.0.0.1", "*")]
    [InlineData("127.0.0.1", "10.1.2.3")]
    public void A_node_that_other_machines_reach_is_refused_without_a_secret_or_TLS_in_one_line_that_says_what_to_do(string advertise, string? listen)
    {
        string[] arguments = listen is null ? ["--advertise", advertise] : ["--advertise", advertise, "--listen", listen];
        InferenceException refused = Assert.Throws<InferenceException>(() => NodeOptions.Read(arguments));
        Assert.Equal((ErrorCode.InvalidOption, nameof(SecurityOptions.ClusterSecret)), (refused.Code, refused.Parameter));
        Assert.Contains("ORLEANS_INFERENCE_CLUSTER_SECRET", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--tls-certificate", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);

        NodeOptions.Read([.. arguments, "--cluster-secret-file", Write("secret", "at least sixteen letters")]);
    }

    [Fact]
    public void A_secret_that_can_be_guessed_is_refused_and_not_quoted()
    {
        InferenceException refused = Assert.Throws<InferenceException>(new SecurityOptions { ClusterSecret = "hushed" }.Resolve);
        Assert.Contains("at least 16", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hushed", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--cluster-secret", "one that everybody sees")]
    [InlineData("--cluster-secret=one that everybody sees")]
    public void A_secret_on_the_command_line_is_refused(params string[] arguments)
    {
        InferenceException refused = Assert.Throws<InferenceException>(() => NodeOptions.Read(arguments));
        Assert.Equal(ErrorCode.InvalidOption, refused.Code);
        Assert.Contains("--cluster-secret-file", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("everybody sees", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_are_read_from_their_files()
    {
        string secret = Write("secret", "what stands in the file\n");
        string connection = Write("postgres", "Host=db;Password=hushed\n");
        NodeOptions options = NodeOptions.Read("--cluster-secret-file", secret, "--postgres-file", connection);
        Assert.Equal(("what stands in the file", "Host=db;Password=hushed"), (options.Security.ClusterSecret, options.Database.Postgres));
    }

    [Fact]
    public void A_file_that_is_missing_or_empty_is_named()
    {
        string missing = Path.Combine(_folder, "missing");
        InferenceException refused = Assert.Throws<InferenceException>(() => NodeOptions.Read("--postgres-file", missing));
        Assert.Equal((ErrorCode.InvalidOption, nameof(DatabaseOptions.PostgresFile)), (refused.Code, refused.Parameter));
        Assert.Contains(missing, refused.Message, StringComparison.Ordinal);
        Assert.Throws<InferenceException>(() => NodeOptions.Read("--cluster-secret-file", Write("empty", " \n")));
    }

    [Fact]
    public void A_value_and_its_file_in_one_place_are_refused()
    {
        InferenceException refused = Assert.Throws<InferenceException>(() => NodeOptions.Read("--postgres", "Host=db", "--postgres-file", Write("postgres", "Host=other")));
        Assert.Contains("both", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Nodes_that_were_given_no_secret_get_the_one_that_the_database_has_made_for_their_cluster()
    {
        PostgresOptions options = postgres.Options();
        await using PostgresClusterStore one = await PostgresFixture.OpenAsync(options), two = await PostgresFixture.OpenAsync(options), other = await postgres.OpenAsync();
        byte[][] keys = await Task.WhenAll(new[] { one, two, other }.Select(static async store => (await store.Secret.AgreeAsync(null)).Fingerprint));
        Assert.Equal(keys[0], keys[1]);
        Assert.NotEqual(keys[0], keys[2]);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_node_with_another_secret_than_those_that_run_is_refused_at_once(bool given)
    {
        PostgresOptions options = postgres.Options();
        await using PostgresClusterStore store = await PostgresFixture.OpenAsync(options);
        await store.Secret.AgreeAsync(Given);
        await postgres.SayAliveAsync(options.ClusterId, 1111);

        InferenceException refused = await Assert.ThrowsAsync<InferenceException>(() => store.Secret.AgreeAsync(given ? "another secret than theirs"u8.ToArray() : null));

        Assert.Equal((ErrorCode.InvalidOption, nameof(SecurityOptions.ClusterSecret)), (refused.Code, refused.Parameter));
        Assert.Contains("ORLEANS_INFERENCE_CLUSTER_SECRET", refused.Message, StringComparison.Ordinal);
        await store.Secret.AgreeAsync(Given);
    }

    [SkippableFact]
    public async Task The_secret_can_be_changed_while_no_node_runs()
    {
        await using PostgresClusterStore store = await postgres.OpenAsync();
        await store.Secret.AgreeAsync(Given);
        byte[] next = (await store.Secret.AgreeAsync("the next secret of the cluster"u8.ToArray())).Fingerprint;
        Assert.NotEqual(next, (await store.Secret.AgreeAsync(null)).Fingerprint);
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
