using OrleansInference.Engine.KvCache;

namespace OrleansInference.Cluster.Protocol.Messages;

/// <summary>Router to plan store: read the plan in force.</summary>
public sealed record ReadPlan(int Router) : ControlMessage;

/// <summary>Plan store to router: the plan in force; null before the first.</summary>
public sealed record PlanRead(int Router, PipelinePlan? Plan) : ControlMessage;

/// <summary>Router to plan store: put this plan in force.</summary>
public sealed record SavePlan(PipelinePlan Plan) : ControlMessage;

/// <summary>Plan store to router: the plan in force after its last <see cref="SavePlan"/>; another plan if that was refused.</summary>
public sealed record PlanSaved(int Router, PipelinePlan Plan) : ControlMessage;

/// <summary>Router to device: report that you are alive.</summary>
public sealed record Probe(int Router) : ControlMessage;

/// <summary>Device to router: the device is alive, in this life.</summary>
public sealed record ProbeReply(int Router, DeviceLife Device) : ControlMessage;

/// <summary>Page transfers of a step that was dropped: stages that had not reached the step execute them, the others do not.</summary>
public sealed record DroppedTransfers(long Step, PageTransfer[] Transfers);

/// <summary>
/// Router to device: report the contents of the pages of the plan in force, as the previous router sent them with its steps. It goes to the first remaining
/// stage: no other stage has advanced further. The stage accepts no more steps of that plan. If the plan had not come into force, the stage reports on the plan
/// before.
/// </summary>
public sealed record PageInventoryRequest(int Router, DeviceLife Device, long Epoch) : ControlMessage;

/// <summary>Device to router: the contents of the pages.</summary>
/// <param name="Router">Router that asked.</param>
/// <param name="Device">Device that answers.</param>
/// <param name="Handover">Null if the device does not know the contents, or if the plan was not in force yet.</param>
public sealed record PageInventoryReply(int Router, DeviceLife Device, RouterHandover? Handover) : ControlMessage;

/// <summary>Router to device: join this plan.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Base">Epoch whose page contents the plan starts from; 0: none.</param>
/// <param name="FirstStep">Number of the epoch's first step.</param>
/// <param name="Dropped">Dropped steps of the base, in their order.</param>
public sealed record JoinPlan(PipelinePlan Plan, long Base, long FirstStep, IReadOnlyList<DroppedTransfers> Dropped) : ControlMessage;

/// <summary>Device to router: the device has joined the plan.</summary>
/// <param name="Epoch">Epoch of the plan.</param>
/// <param name="Device">Device that has joined.</param>
/// <param name="HoldsBase">Whether the device has the contents of the base epoch.</param>
public sealed record Joined(long Epoch, DeviceLife Device, bool HoldsBase) : ControlMessage
{
    /// <summary>Full pages of the base epoch that the device proves; null from a node of an earlier version, which proves none.</summary>
    public ProvenPage[]? Pages { get; init; }
}

/// <summary>Device to router: a request was refused, because it addressed another life of the device or because a later plan is in force.</summary>
/// <param name="Router">Receiving router.</param>
/// <param name="Device">Refusing device.</param>
/// <param name="Latest">Latest router that the device knows.</param>
public sealed record Refused(int Router, DeviceLife Device, int Latest) : ControlMessage;

/// <summary>
/// Device to router: pages that a sequence was to continue from lack the proof of their contents. The device accepts no more steps of the plan, and does not
/// list the pages in the next one. It repeats the message with each step that arrives.
/// </summary>
internal sealed record PagesCorrupted(long Epoch, DeviceLife Device, int[] Pages) : ControlMessage;

/// <summary>Device to router: the device is going to stop, or to serve another pipeline, and asks the router to move its layers.</summary>
public sealed record DrainDevice(DeviceLife Device) : ControlMessage;

/// <summary>Router to device: no plan of the pipeline needs the device any more.</summary>
public sealed record DeviceReleased(DeviceLife Device) : ControlMessage;

/// <summary>Directory to device: the pipeline to serve.</summary>
/// <param name="Version">Version of the device allocation: an earlier one does not replace a later one.</param>
/// <param name="Device">Device in its current life.</param>
/// <param name="Pipeline">Pipeline to serve.</param>
/// <param name="Immediately">Whether the device need not wait until its present pipeline can do without it, because that pipeline has no plan.</param>
public sealed record ServePipeline(long Version, DeviceLife Device, int Pipeline, bool Immediately) : ControlMessage;

/// <summary>Directory to router: the present devices, and those of them that drain.</summary>
public sealed record MembershipChanged(IReadOnlyList<DeviceLife> Devices, IReadOnlyList<DeviceLife> Draining) : ControlMessage;

/// <summary>Router to device: map these layers, in case the device that runs them is lost.</summary>
internal sealed record MapLayers(int Router, DeviceLife Device, LayerRange Layers) : ControlMessage;

/// <summary>Device to router: the device has no memory for the layers of a plan, a migration or a spare. It loaded none of them.</summary>
/// <param name="Epoch">Epoch of the plan or migration; 0 for a spare.</param>
/// <param name="Router">Requesting router.</param>
/// <param name="Device">Refusing device.</param>
/// <param name="Layers">Layers to load.</param>
/// <param name="Alone">Whether the layers would not fit even on an otherwise empty device.</param>
/// <param name="Reason">Required and available memory.</param>
public sealed record LayersRefused(long Epoch, int Router, DeviceLife Device, LayerRange Layers, bool Alone, string Reason) : ControlMessage;

/// <summary>Device to router: the layers are mapped.</summary>
public sealed record LayersMapped(int Router, DeviceLife Device, LayerRange Layers) : ControlMessage;
