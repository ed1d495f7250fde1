using OrleansInference.Cli.Administration;
using OrleansInference.Cli.Cluster;
using OrleansInference.Cli.Connection;

namespace OrleansInference.Cli.Commands;

/// <summary>Options that select the cluster of a command, and prove that the user may administer it.</summary>
public sealed class NodeAddressOptions
{
    private readonly Option<string> _url = new("--url") { Description = "Address of any node; http://localhost:8000 by default", HelpName = "URL", DefaultValueFactory = _ => "http://localhost:8000" };
    private readonly Option<string?> _key = new("--api-key", "--admin-key") { Description = $"Key of an administrator; {AdminApi.KeyVariable} by default", HelpName = "KEY" };

    private readonly ConnectionOptions _connection = new();

    public Symbol[] All => [_url, _key, .. _connection.All];

    /// <exception cref="Models.InferenceException"><see cref="Models.ErrorCode.InvalidOption"/>: the address is invalid.</exception>
    public Uri Url(ParseResult arguments) => Values.Url.Require(_url.Name, arguments.GetValue(_url)!);

    /// <summary>Whether the user has given an address.</summary>
    public bool IsGiven(ParseResult arguments) => arguments.GetResult(_url) is { Implicit: false };

    public string? Key(ParseResult arguments) => arguments.GetValue(_key) ?? Environment.GetEnvironmentVariable(AdminApi.KeyVariable);

    public ServerConnection Connection(ParseResult arguments) => _connection.Read(arguments);

    public ClusterApi ConnectCluster(ParseResult arguments) => new(Url(arguments), Key(arguments), Connection(arguments));

    public AdminApi Connect(ParseResult arguments) => new(Url(arguments), Key(arguments), Connection(arguments));
}
