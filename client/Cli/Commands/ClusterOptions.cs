using OrleansInference.Cli.Cluster;
using OrleansInference.Cli.Connection;

namespace OrleansInference.Cli.Commands;

/// <summary>Options that select the cluster of a command.</summary>
public sealed class ClusterOptions
{
    private readonly Option<string> _url = new("--url") { Description = "Address of any node; http://localhost:8000 by default", HelpName = "URL", DefaultValueFactory = _ => "http://localhost:8000" };
    private readonly Option<string?> _key = new("--admin-key") { Description = $"Administrator key; {ClusterApi.KeyVariable} by default", HelpName = "KEY" };

    private readonly ConnectionOptions _connection = new();

    public Symbol[] All => [_url, _key, .. _connection.All];

    /// <exception cref="Models.InferenceException"><see cref="Models.ErrorCode.InvalidOption"/>: the address is invalid.</exception>
    public Uri Url(ParseResult arguments) => Values.Url.Require(_url.Name, arguments.GetValue(_url)!);

    public string? Key(ParseResult arguments) => arguments.GetValue(_key) ?? Environment.GetEnvironmentVariable(ClusterApi.KeyVariable);

    public ServerConnection Connection(ParseResult arguments) => _connection.Read(arguments);

    public ClusterApi Connect(ParseResult arguments) => new(Url(arguments), Key(arguments), Connection(arguments));
}
