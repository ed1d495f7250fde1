using OrleansInference.Cluster.Session;

namespace OrleansInference.Simulation.Scenarios;

/// <summary>Request of a client.</summary>
/// <param name="Number">Number of the request, its session and its client.</param>
/// <param name="Start">Time of the request.</param>
/// <param name="Request">Content of the request.</param>
internal sealed record PlannedRequest(int Number, TimeSpan Start, GenerationRequest Request)
{
    /// <summary>Number of tokens after which the client ends each choice, as for a stop string; 0: never.</summary>
    public int StopAfter { get; init; }

    /// <summary>Time at which the client leaves without a message.</summary>
    public TimeSpan Leaves { get; init; }

    /// <summary>Time until it returns; zero: it does not leave.</summary>
    public TimeSpan Away { get; init; }
}

/// <summary>Complete input of a run, generated from a seed.</summary>
internal sealed record Scenario
{
    public required ulong Seed { get; init; }

    public required int Layers { get; init; }

    /// <summary>Maximum number of pipelines.</summary>
    public int Pipelines { get; init; } = 1;

    /// <summary>Target number of stages of each pipeline; fewer if devices are missing.</summary>
    public required int Stages { get; init; }

    /// <summary>Number of devices from the start.</summary>
    public required int Devices { get; init; }

    /// <summary>Number of devices that join later.</summary>
    public required int Joining { get; init; }

    /// <summary>Shape of each device; empty: all are alike and have room for everything, and plans follow simple rules.</summary>
    public IReadOnlyList<DeviceShape> Shapes { get; init; } = [];

    /// <summary>Whether devices learn their rates, and plans follow them.</summary>
    public bool LearnsRates { get; init; }

    public required int SessionHosts { get; init; }

    public required int Gateways { get; init; }

    public required int PageCount { get; init; }

    /// <summary>Number of host pages of each device.</summary>
    public int HostPages { get; init; }

    public required int JournalPages { get; init; }

    public required ServingOptions Serving { get; init; }

    public SessionOptions Sessions { get; init; } = new();

    public required IReadOnlyList<PlannedRequest> Requests { get; init; }

    public required IReadOnlyList<Fault> Faults { get; init; }

    public PlantedBug Bug { get; init; }

    /// <summary>Whether messages and stored data are converted to their wire form. Without it a run takes less time and is otherwise equal.</summary>
    public bool Wire { get; init; }

    /// <summary>Whether cached pages are recomputed in the background and compared.</summary>
    public bool VerifyPages { get; init; }

    /// <summary>Nodes of the network: two for activations of the router, then devices, hosts of sessions, gateways, and the plan store.</summary>
    public int Nodes => 3 + AllDevices + SessionHosts + Gateways;

    public DeviceShape Shape(int device) => device < Shapes.Count ? Shapes[device] : new DeviceShape(Layers, 1);

    public int AllDevices => Devices + Joining;

    /// <summary>End of the last fault.</summary>
    public TimeSpan Calm => Faults.Count == 0 ? TimeSpan.Zero : Faults.Max(static fault => fault.End);
}

/// <summary>Size and speed of a simulated device.</summary>
/// <param name="Layers">Number of layers that it has room for.</param>
/// <param name="Speed">Speed relative to the slowest device.</param>
internal readonly record struct DeviceShape(int Layers, double Speed);
