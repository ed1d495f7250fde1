using OrleansInference.Bench.Chaos;
using OrleansInference.Cli.Commands;
using OrleansInference.Settings;

namespace OrleansInference.Bench.Commands;

/// <summary>Options of <c>bench chaos</c>.</summary>
internal sealed class BenchChaosOptions
{
    private static readonly Dictionary<string, NodeRole> RoleNames = Enum.GetValues<NodeRole>().ToDictionary(static role => role.ToString().ToLowerInvariant());
    private static readonly Dictionary<string, DisturbanceKind> KindNames = Enum.GetValues<DisturbanceKind>().ToDictionary(static kind => kind.ToString().ToLowerInvariant());

    private readonly Option<int> _kills = RangedOption.Create("--kills", "Number of disturbances", 12, 1, 1_000_000);
    private readonly Option<int> _streams = RangedOption.Create("--streams", "Requests in flight at any time", 8, 1, 256);
    private readonly Option<int> _between = RangedOption.Create("--seconds-between", "Seconds from the recovery of the cluster to the next disturbance", 0, 0, 3600);
    private readonly Option<int?> _restart = new("--restart-after") { Description = "Seconds until an ended node is restarted; 0.5 by default", HelpName = "N" };
    private readonly Option<int> _frozen = RangedOption.Create("--frozen-seconds", "With --by freeze: seconds for which a node is frozen", 5, 1, 600);
    private readonly Option<int> _timeout = RangedOption.Create("--client-timeout", "With --by freeze: seconds without a byte after which a client goes to the next node", 2, 1, 600);
    private readonly Option<int> _nodes = RangedOption.Create("--nodes", "Nodes of the cluster, each with one stage", 3, 2, 16);
    private readonly Option<int> _pipelines = RangedOption.Create("--pipelines", "Pipelines of the cluster, with the same number of nodes each", 1, 1, 8);
    private readonly Option<int> _threads = RangedOption.Create("--threads", "Worker threads of each node", 1, 1, 1024);
    private readonly Option<int> _prompt = RangedOption.Create("--prompt", "Words of each prompt, in addition to a dozen", 0, 0, 4096);
    private readonly Option<int> _generate = RangedOption.Create("--generate", "Tokens of each answer", 300, 2, 1 << 16);
    private readonly Option<bool> _verify = new("--verify-pages") { Description = "Recompute cached pages in the background after every change of plan, and compare them" };
    private readonly Option<int> _beside = RangedOption.Create("--beside", "Busy loops that run on the same machine", 0, 0, 1024);
    private readonly Option<string?> _postgres = new("--postgres") { Description = "Connection string of PostgreSQL; by default the command starts a server", HelpName = "TEXT" };

    private readonly Option<IReadOnlyList<NodeRole>> _roles = RangedOption.Create<IReadOnlyList<NodeRole>>(
        "--roles", $"Roles for which nodes are chosen, in turn; {string.Join(',', RoleNames.Keys)} by default", "ROLE,…", Values.List(Values.Choice(RoleNames)), [.. RoleNames.Values]);

    private readonly Option<DisturbanceKind> _by = RangedOption.Create(
        "--by", "Disturbance: kill (SIGKILL), freeze (SIGSTOP, then SIGCONT) or drain (SIGTERM); kill by default", string.Join('|', KindNames.Keys), Values.Choice(KindNames), DisturbanceKind.Kill);

    public Symbol[] All => [_by, _kills, _streams, _between, _restart, _frozen, _timeout, _roles, _nodes, _pipelines, _threads, _beside, _verify, _prompt, _generate, _postgres];

    public int Nodes(ParseResult arguments) => arguments.GetValue(_nodes);

    public int BusyLoops(ParseResult arguments) => arguments.GetValue(_beside);

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: a value is out of range, or a role or a disturbance does not exist.</exception>
    public ChaosSettings Read(ParseResult arguments)
    {
        int nodes = arguments.GetValue(_nodes);
        int pipelines = arguments.GetValue(_pipelines);
        if (nodes % pipelines != 0)
        {
            throw new InferenceException(ErrorCode.InvalidOption, $"{_pipelines.Name} is {pipelines}, expected a number that divides the {nodes} nodes.", _pipelines.Name);
        }

        DisturbanceKind by = arguments.GetValue(_by);
        return new ChaosSettings
        {
            By = by,
            Frozen = TimeSpan.FromSeconds(arguments.GetValue(_frozen)),
            ClientTimeout = by == DisturbanceKind.Freeze ? TimeSpan.FromSeconds(arguments.GetValue(_timeout)) : Timeout.InfiniteTimeSpan,
            Kills = arguments.GetValue(_kills),
            Streams = arguments.GetValue(_streams),
            Stages = nodes,
            Pipelines = pipelines,
            Roles = [.. arguments.GetValue(_roles)!],
            PromptWords = arguments.GetValue(_prompt),
            GenerateTokens = arguments.GetValue(_generate),
            Between = TimeSpan.FromSeconds(arguments.GetValue(_between)),
        };
    }

    /// <summary>Settings of all nodes.</summary>
    public string[] NodeSettings(ParseResult arguments, string model)
    {
        int pipelines = arguments.GetValue(_pipelines);
        string[] settings = ["--model", model, "--stages", Text(arguments.GetValue(_nodes) / pipelines), "--pipelines", Text(pipelines), "--threads", Text(arguments.GetValue(_threads))];
        settings = arguments.GetValue(_restart) is { } after ? [.. settings, "--restart-after", Text(after)] : settings;
        settings = arguments.GetValue(_verify) ? [.. settings, "--verify-pages", "on"] : settings;
        return arguments.GetValue(_postgres) is { } postgres ? [.. settings, "--postgres", postgres, "--cluster-id", $"chaos-{Guid.NewGuid():N}"] : settings;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
