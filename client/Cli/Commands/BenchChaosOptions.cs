using System.CommandLine;
using System.Globalization;
using OrleansInference.Cli.Chaos;
using OrleansInference.Models;

namespace OrleansInference.Cli.Commands;

/// <summary>The options of <c>bench chaos</c>.</summary>
internal sealed class BenchChaosOptions
{
    private static readonly string[] RoleNames = [.. Enum.GetNames<NodeRole>().Select(static name => name.ToLowerInvariant())];

    private readonly Option<int> _kills = RangedOption.Create("--kills", "Nodes to kill, one after the other", 12, 1, 1_000_000);
    private readonly Option<int> _streams = RangedOption.Create("--streams", "Requests under way at any time", 8, 1, 256);
    private readonly Option<int> _between = RangedOption.Create("--seconds-between", "Seconds from a cluster that is whole again to the next kill", 0, 0, 3600);
    private readonly Option<int> _nodes = RangedOption.Create("--nodes", "Nodes of the cluster, each with a stage", 3, 2, 16);
    private readonly Option<int> _threads = RangedOption.Create("--threads", "Worker threads of each node", 1, 1, 1024);
    private readonly Option<int> _prompt = RangedOption.Create("--prompt", "Words of each prompt, beside a dozen", 0, 0, 4096);
    private readonly Option<int> _generate = RangedOption.Create("--generate", "Tokens of each answer", 300, 2, 1 << 16);
    private readonly Option<string?> _postgres = new("--postgres") { Description = "Connection string of a PostgreSQL; one is started by default", HelpName = "TEXT" };

    private readonly Option<string> _roles = new("--roles")
    {
        Description = $"What nodes are killed for, in turn; {string.Join(',', RoleNames)} by default",
        HelpName = "ROLE,…",
        DefaultValueFactory = _ => string.Join(',', RoleNames),
    };

    public Symbol[] All => [_kills, _streams, _between, _roles, _nodes, _threads, _prompt, _generate, _postgres];

    public int Nodes(ParseResult arguments) => arguments.GetValue(_nodes);

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: a role is none.</exception>
    public ChaosSettings Read(ParseResult arguments) => new()
    {
        Kills = arguments.GetValue(_kills),
        Streams = arguments.GetValue(_streams),
        Stages = arguments.GetValue(_nodes),
        Roles = ReadRoles(arguments.GetValue(_roles)!),
        PromptWords = arguments.GetValue(_prompt),
        GenerateTokens = arguments.GetValue(_generate),
        Between = TimeSpan.FromSeconds(arguments.GetValue(_between)),
    };

    /// <summary>What all nodes are started with.</summary>
    public string[] NodeSettings(ParseResult arguments, string model)
    {
        string[] settings = ["--model", model, "--stages", Text(arguments.GetValue(_nodes)), "--threads", Text(arguments.GetValue(_threads))];
        return arguments.GetValue(_postgres) is { } postgres ? [.. settings, "--postgres", postgres, "--cluster-id", $"chaos-{Guid.NewGuid():N}"] : settings;
    }

    private NodeRole[] ReadRoles(string text) => [.. text.Split(',').Select(name => Array.IndexOf(RoleNames, name.Trim()) is >= 0 and int role
        ? (NodeRole)role
        : throw new InferenceException(ErrorCode.InvalidOption, $"{_roles.Name}: '{text}' was given, expected some of {string.Join(", ", RoleNames)}.", _roles.Name))];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
