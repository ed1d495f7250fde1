using OrleansInference.Cli.Administration;
using OrleansInference.Cli.Cluster;

namespace OrleansInference.Cli.Commands;

/// <summary>Options that select the cluster of a command, and prove that the user may administer it.</summary>
public sealed class NodeAddressOptions
{
    private readonly Option<string> _url = new("--url") { Description = "Address of any node; http://localhost:8000 by default", HelpName = "URL", DefaultValueFactory = _ => "http://localhost:8000" };
    private readonly Option<string?> _key = new("--api-key", "--admin-key") { Description = $"Key of an administrator; {AdminApi.KeyVariable} by default", HelpName = "KEY" };

    public Symbol[] All => [_url, _key];

    /// <exception cref="Models.InferenceException"><see cref="Models.ErrorCode.InvalidOption"/>: the address is invalid.</exception>
    public Uri Url(ParseResult arguments) => Values.Url.Require(_url.Name, arguments.GetValue(_url)!);

    public string? Key(ParseResult arguments) => arguments.GetValue(_key) ?? Environment.GetEnvironmentVariable(AdminApi.KeyVariable);

    public ClusterApi ConnectCluster(ParseResult arguments) => new(Url(arguments), Key(arguments));

    public AdminApi Connect(ParseResult arguments) => new(Url(arguments), Key(arguments));
}
