using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Session;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Simulation.Scenarios;

/// <summary>A client's request.</summary>
/// <param name="Number">Which one; also the number of its session and its client.</param>
/// <param name="Start">When it comes.</param>
/// <param name="Request">What it asks for.</param>
internal sealed record PlannedRequest(int Number, TimeSpan Start, GenerationRequest Request)
{
    /// <summary>The client ends each choice after this many tokens, as if it had found a stop string; 0: never.</summary>
    public int StopAfter { get; init; }

    /// <summary>When the client leaves without a word.</summary>
    public TimeSpan Leaves { get; init; }

    /// <summary>How long it stays away; zero: it does not leave.</summary>
    public TimeSpan Away { get; init; }
}

/// <summary>Everything that a run depends on, made from a seed.</summary>
internal sealed record Scenario
{
    public required ulong Seed { get; init; }

    public required int Layers { get; init; }

    /// <summary>Pipelines at most.</summary>
    public int Pipelines { get; init; } = 1;

    /// <summary>Stages wanted of each pipeline; fewer when devices are missing.</summary>
    public required int Stages { get; init; }

    /// <summary>Devices that are there from the start.</summary>
    public required int Devices { get; init; }

    /// <summary>Devices that come later.</summary>
    public required int Joining { get; init; }

    /// <summary>What each device is like; empty: all are alike and have room for everything, and plans follow simple rules.</summary>
    public IReadOnlyList<DeviceShape> Shapes { get; init; } = [];

    /// <summary>Whether devices learn their rates, and plans follow them.</summary>
    public bool LearnsRates { get; init; }

    public required int SessionHosts { get; init; }

    public required int Gateways { get; init; }

    public required int PageCount { get; init; }

    /// <summary>Pages of each device beside its pool.</summary>
    public int HostPages { get; init; }

    public required int JournalPages { get; init; }

    public required ServingOptions Serving { get; init; }

    public SessionOptions Sessions { get; init; } = new();

    public required IReadOnlyList<PlannedRequest> Requests { get; init; }

    public required IReadOnlyList<Fault> Faults { get; init; }

    public PlantedBug Bug { get; init; }

    /// <summary>Whether messages travel, and durable things lie, in their wire form; without it as they are, which takes less time and changes nothing else.</summary>
    public bool Wire { get; init; }

    /// <summary>Whether cached pages are computed again in the background, and compared.</summary>
    public bool VerifyPages { get; init; }

    /// <summary>Nodes of the network: two for activations of the router, then devices, hosts of sessions, gateways, and the plan store.</summary>
    public int Nodes => 3 + AllDevices + SessionHosts + Gateways;

    public DeviceShape Shape(int device) => device < Shapes.Count ? Shapes[device] : new DeviceShape(Layers, 1);

    public int AllDevices => Devices + Joining;

    /// <summary>When the last fault is over.</summary>
    public TimeSpan Calm => Faults.Count == 0 ? TimeSpan.Zero : Faults.Max(static fault => fault.End);
}
