using System.CommandLine;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Router;
using OrleansInference.Compute;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;
using OrleansInference.Settings;
using SessionOptions = OrleansInference.Cluster.Session.SessionOptions;

namespace OrleansInference.Silo.Settings;

/// <summary>All options of a node, one type for each concern.</summary>
public sealed record NodeOptions
{
    public CheckpointOptions Checkpoint { get; init; } = new();

    public HttpOptions Http { get; init; } = new();

    public LocalNodesOptions Nodes { get; init; } = new();

    public MemberOptions Member { get; init; } = new();

    public DatabaseOptions Database { get; init; } = new();

    public SecurityOptions Security { get; init; } = new();

    public AuditOptions Audit { get; init; } = new();

    public LogOptions Logs { get; init; } = new();

    public DeviceOptions Devices { get; init; } = new();

    public ComputeOptions Compute { get; init; } = new();

    public ServingOptions Serving { get; init; } = new();

    public CoordinatorOptions Control { get; init; } = new();

    public SessionOptions Sessions { get; init; } = new();

    /// <summary>Creates the settings of the types above.</summary>
    public static SettingSet CreateSettings() => new(
        typeof(CheckpointOptions), typeof(HttpOptions), typeof(LocalNodesOptions), typeof(MemberOptions), typeof(DatabaseOptions), typeof(SecurityOptions), typeof(AuditOptions), typeof(LogOptions), typeof(DeviceOptions),
        typeof(ComputeOptions), typeof(ServingOptions), typeof(CoordinatorOptions), typeof(SessionOptions));

    /// <summary>Reads options from a command line, the environment and appsettings.json.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: a setting is unknown, or its value is not valid.</exception>
    public static NodeOptions Read(params string[] arguments)
    {
        NodeCommandLine commands = new();
        return commands.Read(commands.Parse(arguments));
    }

    /// <returns>The options of the given values; not validated.</returns>
    public static NodeOptions From(SettingValues values)
    {
        values.Alternatives(nameof(DatabaseOptions.Postgres), nameof(DatabaseOptions.PostgresFile)).Alternatives(nameof(SecurityOptions.ClusterSecret), nameof(SecurityOptions.ClusterSecretFile));
        return new()
        {
            Checkpoint = values.Bind<CheckpointOptions>(),
            Http = values.Bind<HttpOptions>(),
            Nodes = values.Bind<LocalNodesOptions>(),
            Member = values.Bind<MemberOptions>(),
            Database = values.Bind<DatabaseOptions>(),
            Security = values.Bind<SecurityOptions>(),
            Audit = values.Bind<AuditOptions>(),
            Logs = values.Bind<LogOptions>(),
            Devices = values.Bind<DeviceOptions>(),
            Compute = values.Bind<ComputeOptions>(),
            Serving = values.Bind<ServingOptions>(),
            Control = values.Bind<CoordinatorOptions>(),
            Sessions = values.Bind<SessionOptions>(),
        };
    }

    /// <returns>Valid options: paths and addresses are resolved, secrets are read from their files.</returns>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: names the setting, its value and the expected value.</exception>
    public NodeOptions Resolve()
    {
        NodeOptions resolved = this with
        {
            Checkpoint = Checkpoint with { Model = Checkpoint.Folder },
            Http = Http.Resolve(),
            Member = Member.Resolve(),
            Database = Database.Resolve(),
            Security = Security.Resolve(),
            Audit = Audit.Resolve(),
            Compute = Compute with { MaxStepTokens = Serving.StepTokens },
        };
        if (resolved.Member.IsExposed && resolved.Security is { ClusterSecret: null, TlsCertificate: null })
        {
            const string Secret = nameof(SecurityOptions.ClusterSecret);
            InferenceException.Throw(
                ErrorCode.InvalidOption,
                $"Other machines reach this node ({nameof(Member.Advertise)} is {Member.Advertise}), and neither a cluster secret nor TLS protects the cluster: give all nodes the same {SettingName.Variable(Secret)} "
                + $"('openssl rand -hex 32' creates one) or {SettingName.Switch(nameof(SecurityOptions.ClusterSecretFile))}, or certificates with {SettingName.Switch(nameof(SecurityOptions.TlsCertificate))}.",
                Secret);
        }

        return resolved;
    }

    /// <summary>Omits the values, of which some are secrets.</summary>
    public override string ToString() => nameof(NodeOptions);
}
