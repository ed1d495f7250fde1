using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Planning;
using OrleansInference.Cluster.Router;
using OrleansInference.Cluster.Session;
using OrleansInference.Cluster.Stage;
using OrleansInference.Cluster.Stage.Rates;
using OrleansInference.Compute.Measurement;
using OrleansInference.Engine.Requests;
using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Links;

namespace OrleansInference.Grains.Nodes;

/// <summary>Components and configuration of a node.</summary>
public sealed record NodeSetup
{
    public required string Name { get; init; }

    public required ServedModel Model { get; init; }

    /// <summary>Configuration that all nodes of the cluster share.</summary>
    public required ClusterConfig Terms { get; init; }

    /// <summary>Stage work, one for each device; disposed with the node.</summary>
    public required IReadOnlyList<IStageWork> Work { get; init; }

    /// <summary>Description that is announced for each device.</summary>
    public required DeviceDescription Device { get; init; }

    public required IClusterStore Store { get; init; }

    /// <summary>Receives the log lines for the node's operator.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Costs of the model, for the planner.</summary>
    public required ModelCost Costs { get; init; }

    /// <summary>Maximum rows of a step.</summary>
    public required int StepTokens { get; init; }

    /// <summary>Endpoint that accepts the links of other nodes; null for no links, in which case all messages are sent as grain calls.</summary>
    public required IPEndPoint? Links { get; init; }

    /// <summary>TLS of the links, the same on all nodes; null for plain TCP.</summary>
    public LinkTls? LinkTls { get; init; }

    /// <summary>Creates the benchmark that measures the devices periodically; null disables it.</summary>
    public Func<Roofline>? Roofline { get; init; }

    /// <summary>Whether the device's rates come from an earlier process.</summary>
    public bool RatesAreKept { get; init; }

    /// <summary>Called with the best rates that this process measures later; null for none.</summary>
    public Action<MachineRates>? Measured { get; init; }

    /// <summary>Whether the devices load all layers before the first plan, because that plan is expected to need them.</summary>
    public bool ExpectsAllLayers { get; init; }

    /// <summary>Options of the measurement of device rates.</summary>
    public RateOptions Rates { get; init; } = new();

    public ServingOptions Serving { get; init; } = new();

    /// <summary>The weights of tenants and tokens as text, for comparison between nodes: equal weights give equal texts.</summary>
    public string Weights
    {
        get
        {
            IEnumerable<string> tenants = Serving.TenantWeights.OrderBy(static tenant => tenant.Key, StringComparer.Ordinal).Select(static tenant => FormattableString.Invariant($"{tenant.Key}={tenant.Value}"));
            return FormattableString.Invariant($"{string.Join(',', tenants.DefaultIfEmpty("no tenant"))}; prompt tokens {Serving.PromptTokenWeight}, generated tokens {Serving.GeneratedTokenWeight}");
        }
    }

    public PlannerOptions Planner { get; init; } = new();

    public CoordinatorOptions Control { get; init; } = new();

    public StageOptions Stage { get; init; } = new();

    public SessionOptions Sessions { get; init; } = new();
}
