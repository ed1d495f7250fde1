using OrleansInference.Bench.Tenants;
using OrleansInference.Cli.Commands;

namespace OrleansInference.Bench.Commands;

/// <summary>Options of <c>bench tenants</c>.</summary>
internal sealed class BenchTenantsOptions
{
    private readonly Option<int> _tenants = RangedOption.Create("--tenants", "Tenants", 5, 1, 1000);
    private readonly Option<int> _keys = RangedOption.Create("--keys", "Keys of each tenant", 2, 1, 100);
    private readonly Option<int> _conversations = RangedOption.Create("--conversations", "Conversations at any time", 200, 1, 10_000);
    private readonly Option<int> _minutes = RangedOption.Create("--minutes", "Minutes of the load", 10, 1, 100_000);
    private readonly Option<int?> _seconds = new("--seconds") { Description = "Seconds of the load, instead of --minutes", HelpName = "N" };
    private readonly Option<int> _kills = RangedOption.Create("--kills", "Nodes to kill at least; the load lasts longer if necessary", 1, 0, 1_000_000);
    private readonly Option<int> _between = RangedOption.Create("--seconds-between", "Seconds from the recovery of the cluster to the next kill of a node", 5, 0, 3600);
    private readonly Option<int> _drops = RangedOption.Create("--drop-percent", "Percentage of the connections that clients drop during a stream", 25, 0, 90);
    private readonly Option<int> _scripts = RangedOption.Create("--scripts", "Different conversations, whose transcripts are recorded first", 24, 1, 10_000);
    private readonly Option<int> _turns = RangedOption.Create("--turns", "Turns of each conversation", 3, 1, 100);
    private readonly Option<int> _generate = RangedOption.Create("--generate", "Tokens of each answer, at most", 60, 1, 1 << 16);
    private readonly Option<int> _seed = RangedOption.Create("--seed", "Seed of nodes and connections that are killed", 1, 0);
    private readonly Option<int> _nodes = RangedOption.Create("--nodes", "Nodes of the cluster, each with one stage", 3, 2, 16);
    private readonly Option<int> _threads = RangedOption.Create("--threads", "Worker threads of each node", 1, 1, 1024);
    private readonly Option<string?> _postgres = new("--postgres") { Description = "Connection string of PostgreSQL; by default the command starts a server", HelpName = "TEXT" };

    public Symbol[] All => [_tenants, _keys, _conversations, _minutes, _seconds, _kills, _between, _drops, _scripts, _turns, _generate, _seed, _nodes, _threads, _postgres];

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: a value is out of range.</exception>
    public TenantsSettings Read(ParseResult arguments)
    {
        if (arguments.GetValue(_seconds) is <= 0)
        {
            throw new InferenceException(ErrorCode.InvalidOption, $"{_seconds.Name} is {arguments.GetValue(_seconds)}, expected at least 1.", _seconds.Name);
        }

        return new TenantsSettings
        {
            Tenants = arguments.GetValue(_tenants),
            KeysPerTenant = arguments.GetValue(_keys),
            Conversations = arguments.GetValue(_conversations),
            Duration = arguments.GetValue(_seconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : TimeSpan.FromMinutes(arguments.GetValue(_minutes)),
            Kills = arguments.GetValue(_kills),
            Between = TimeSpan.FromSeconds(arguments.GetValue(_between)),
            DropPercent = arguments.GetValue(_drops),
            Scripts = arguments.GetValue(_scripts),
            Turns = arguments.GetValue(_turns),
            GenerateTokens = arguments.GetValue(_generate),
            Seed = arguments.GetValue(_seed),
            Stages = arguments.GetValue(_nodes),
        };
    }

    /// <summary>Settings of all nodes.</summary>
    /// <param name="arguments">Arguments of the command.</param>
    /// <param name="model">Folder of the model.</param>
    /// <param name="data">Folder of the nodes' data.</param>
    public string[] NodeSettings(ParseResult arguments, string model, string data)
    {
        string[] settings = ["--model", model, "--stages", Text(arguments.GetValue(_nodes)), "--threads", Text(arguments.GetValue(_threads)), "--data-folder", data];
        return arguments.GetValue(_postgres) is { } postgres ? [.. settings, "--postgres", postgres, "--cluster-id", $"tenants-{Guid.NewGuid():N}"] : settings;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
