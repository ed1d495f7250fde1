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

/// <summary>What a node is made of.</summary>
public sealed record NodeSetup
{
    public required string Name { get; init; }

    public required ServedModel Model { get; init; }

    /// <summary>What it goes by.</summary>
    public required ClusterConfig Terms { get; init; }

    /// <summary>What computes, one for each device; disposed with the node.</summary>
    public required IReadOnlyList<IStageWork> Work { get; init; }

    /// <summary>Each of the devices as it is announced.</summary>
    public required DeviceDescription Device { get; init; }

    public required IClusterStore Store { get; init; }

    /// <summary>Receives what the node's operator is to know.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The model's costs, for the planner.</summary>
    public required ModelCost Costs { get; init; }

    /// <summary>Most rows of a step.</summary>
    public required int StepTokens { get; init; }

    /// <summary>Where the links of other nodes are taken; null for nowhere: then everything goes as grain calls.</summary>
    public required IPEndPoint? Links { get; init; }

    /// <summary>What links speak, the same way on all nodes; null for plain TCP.</summary>
    public LinkTls? LinkTls { get; init; }

    /// <summary>Makes what measures the devices again now and then; null for never.</summary>
    public Func<Roofline>? Roofline { get; init; }

    /// <summary>Whether the device's rates are from an earlier process.</summary>
    public bool RatesAreKept { get; init; }

    /// <summary>Told of the best rates that this process has measured later; null for nobody.</summary>
    public Action<MachineRates>? Measured { get; init; }

    /// <summary>Whether the devices load all layers before there is a plan, as one that will need them is to be expected.</summary>
    public bool ExpectsAllLayers { get; init; }

    /// <summary>How rates of devices are learnt.</summary>
    public RateOptions Rates { get; init; } = new();

    public ServingOptions Serving { get; init; } = new();

    /// <summary>The weights of tenants and tokens, equal in text where they are equal.</summary>
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
