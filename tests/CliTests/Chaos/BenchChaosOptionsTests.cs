using System.CommandLine;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using OrleansInference.Bench.Chaos;
using OrleansInference.Bench.Commands;
using OrleansInference.Cli.Cluster;
using OrleansInference.Cli.Hosting;
using OrleansInference.Models;

namespace OrleansInference.CliTests.Chaos;

public sealed class BenchChaosOptionsTests
{
    private readonly BenchChaosOptions _options = new();

    [Fact]
    public void Nodes_of_all_roles_are_killed_under_eight_streams_by_default()
    {
        ChaosSettings settings = _options.Read(Parse());
        Assert.Equal(Enum.GetValues<NodeRole>(), settings.Roles);
        Assert.Equal(8, settings.Streams);
        Assert.Equal(3, settings.Stages);
        Assert.Equal((DisturbanceKind.Kill, Timeout.InfiniteTimeSpan), (settings.By, settings.ClientTimeout));
        Assert.Equal(["--model", "demo", "--stages", "3", "--pipelines", "1", "--threads", "1"], _options.NodeSettings(Parse(), "demo"));
    }

    [Fact]
    public void Options_are_handed_on()
    {
        ChaosSettings settings = _options.Read(Parse("--kills", "7", "--roles", "gateway, router", "--nodes", "4", "--seconds-between", "2", "--prompt", "50", "--generate", "9"));
        Assert.Equal([NodeRole.Gateway, NodeRole.Router], settings.Roles);
        Assert.Equal((7, 4, 50, 9, TimeSpan.FromSeconds(2)), (settings.Kills, settings.Stages, settings.PromptWords, settings.GenerateTokens, settings.Between));
        string[] given = _options.NodeSettings(Parse("--postgres", "Host=a"), "demo");
        Assert.Contains("Host=a", given);
        Assert.Contains("--cluster-id", given);
    }

    [Fact]
    public void Nodes_verify_pages_where_that_is_wanted()
    {
        Assert.DoesNotContain("--verify-pages", _options.NodeSettings(Parse(), "demo"));
        Assert.Equal(["--verify-pages", "on"], _options.NodeSettings(Parse("--verify-pages"), "demo")[^2..]);
    }

    [Fact]
    public void A_node_can_stand_still_or_be_drained_instead()
    {
        ChaosSettings freeze = _options.Read(Parse("--by", "freeze", "--frozen-seconds", "7", "--client-timeout", "3"));
        Assert.Equal((DisturbanceKind.Freeze, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(3)), (freeze.By, freeze.Frozen, freeze.ClientTimeout));
        ChaosSettings drain = _options.Read(Parse("--by", "drain", "--client-timeout", "3"));
        Assert.Equal((DisturbanceKind.Drain, Timeout.InfiniteTimeSpan), (drain.By, drain.ClientTimeout));
    }

    [Fact]
    public void A_way_of_disturbing_that_is_none_is_refused_by_name()
    {
        Assert.Equal("--by is 'shout'; expected kill, freeze or drain.", Assert.Single(Parse("--by", "shout").Errors).Message);
    }

    [Fact]
    public void Nodes_can_make_several_pipelines_of_as_many_stages()
    {
        ChaosSettings settings = _options.Read(Parse("--nodes", "6", "--pipelines", "3"));
        Assert.Equal((6, 3), (settings.Stages, settings.Pipelines));
        Assert.Equal(["--model", "demo", "--stages", "2", "--pipelines", "3", "--threads", "1"], _options.NodeSettings(Parse("--nodes", "6", "--pipelines", "3"), "demo"));
        InferenceException error = Assert.Throws<InferenceException>(() => _options.Read(Parse("--nodes", "6", "--pipelines", "4")));
        Assert.Equal("--pipelines is 4, expected a number that divides the 6 nodes.", error.Message);
    }

    [Fact]
    public void A_role_that_is_none_is_refused_by_name()
    {
        string error = Assert.Single(Parse("--roles", "stage,king").Errors).Message;
        Assert.Contains("stage,king", error, StringComparison.Ordinal);
        Assert.Contains("gateway", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_nodes_program_the_command_says_what_is_missing()
    {
        using TemporaryFolder folder = new();
        InferenceException error = Assert.Throws<InferenceException>(() => BuiltProgram.Node.Find(folder.Path));
        Assert.Contains("OrleansInference.Silo.dll", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Requests_follow_from_their_number()
    {
        Assert.Equal(ChaosRequest.Body("demo", 4, 20, 30), ChaosRequest.Body("demo", 4, 20, 30));
        using JsonDocument body = JsonDocument.Parse(ChaosRequest.Body("demo", 4, 20, 30));
        Assert.True(body.RootElement.GetProperty("prompt").GetString()!.Split(' ').Length >= 20);
        Assert.Equal(12, Enumerable.Range(0, 12).Select(static number => ChaosRequest.Body("demo", number, 20, 30)).Distinct().Count());
    }

    [Fact]
    public void The_report_names_every_figure()
    {
        ChaosReport report = Report() with
        {
            Kills = new Dictionary<NodeRole, int> { [NodeRole.Stage] = 2, [NodeRole.Router] = 1 },
            Failures = ["it broke"],
            Difference = new TranscriptDifference(1, 2, 3, 4),
            Tokens = 100,
            VerifiedPages = 11,
            UnprovenPages = 12,
            CorruptedPages = 13,
            Undisturbed = [2.5],
            Pauses = [new StreamPause(NodeRole.Stage, 10), new StreamPause(NodeRole.Stage, 30), new StreamPause(NodeRole.Gateway, 50)],
            Nodes = [new DisturbedNode(0, null, 9 * Stopwatch.Frequency / 2, Replaced: true)],
        };
        JsonElement json = Write(report);
        Assert.Equal("kill", json.GetProperty("by").GetString());
        Assert.Equal([3, 8, 100, 1, 2, 3, 4, 1], new[] { "kills", "streams", "tokens", "lost", "repeated", "different", "other_log_probabilities", "failed_requests" }
            .Select(name => json.GetProperty(name).GetInt32()));
        Assert.Equal([11, 12, 13], new[] { "verified_pages", "unproven_pages", "corrupted_pages" }.Select(name => json.GetProperty(name).GetInt32()));
        Assert.Equal(30, json.GetProperty("pause_ms").GetProperty("p50").GetDouble());
        Assert.Equal(30, json.GetProperty("pause_ms_by_role").GetProperty("stage").GetProperty("p99").GetDouble());
        Assert.Equal(1, json.GetProperty("kills_by_role").GetProperty("router").GetInt32());
        Assert.Equal(4.5, json.GetProperty("whole_again_seconds").GetProperty("p50").GetDouble());
        Assert.Equal(2.5, json.GetProperty("undisturbed_pause_ms").GetProperty("most").GetDouble());
        Assert.False(json.TryGetProperty("pause_ms_by_move", out _));
        Assert.False(json.TryGetProperty("woken", out _));
        Assert.False(report.Clean);
    }

    [Fact]
    public void A_corrupted_page_fails_the_run()
    {
        Assert.True((Report() with { VerifiedPages = 5, UnprovenPages = 1 }).Clean);
        Assert.False((Report() with { CorruptedPages = 1 }).Clean);
    }

    [Fact]
    public void Pauses_of_planned_moves_are_distinguished()
    {
        ChaosReport report = Report() with
        {
            By = DisturbanceKind.Drain,
            Pauses = [new StreamPause(NodeRole.Gateway, PlannedMove.Leave, 10), new StreamPause(NodeRole.Stage, PlannedMove.Leave, 20), new StreamPause(null, PlannedMove.Join, 40)],
            Nodes = [new DisturbedNode(0, 2 * Stopwatch.Frequency, 9 * Stopwatch.Frequency, Replaced: true)],
        };
        JsonElement json = Write(report);
        Assert.Equal(40, json.GetProperty("pause_ms").GetProperty("p99").GetDouble());
        Assert.Equal(20, json.GetProperty("pause_ms_by_move").GetProperty("leave").GetProperty("p99").GetDouble());
        Assert.Equal(40, json.GetProperty("pause_ms_by_move").GetProperty("join").GetProperty("p50").GetDouble());
        Assert.Equal(["stage", "gateway"], json.GetProperty("pause_ms_by_role").EnumerateObject().Select(static role => role.Name));
        Assert.Equal(2, json.GetProperty("leave_seconds").GetProperty("p50").GetDouble());
        Assert.Equal(9, json.GetProperty("whole_again_seconds").GetProperty("p50").GetDouble());
    }

    [Fact]
    public void Frozen_nodes_that_were_replaced_and_that_went_on_are_distinguished()
    {
        ChaosReport report = Report() with { By = DisturbanceKind.Freeze, Nodes = [new(0, null, 1, Replaced: true), new(0, null, 1, Replaced: true), new(0, null, 1, Replaced: false)] };
        JsonElement json = Write(report);
        Assert.Equal(2, json.GetProperty("woken").GetProperty("replaced").GetInt32());
        Assert.Equal(1, json.GetProperty("woken").GetProperty("went_on").GetInt32());
        Assert.True(report.Clean);
    }

    private static ChaosReport Report() => new() { Streams = 8, Kills = new Dictionary<NodeRole, int>(), Failures = [], Pauses = [], Nodes = [], Recovered = new RecoveredStatus(5, 6, 7) };

    private static JsonElement Write(ChaosReport report) => JsonDocument.Parse(ChaosOutput.Describe(report).ToJsonString()).RootElement;

    private ParseResult Parse(params string[] arguments)
    {
        Command command = new("chaos");
        foreach (Symbol symbol in _options.All)
        {
            command.Options.Add((Option)symbol);
        }

        return command.Parse(arguments);
    }
}
