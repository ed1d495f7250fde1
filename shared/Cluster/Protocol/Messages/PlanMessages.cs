using OrleansInference.Engine.KvCache;

namespace OrleansInference.Cluster.Protocol.Messages;

/// <summary>Router to plan store: which plan is in force?</summary>
internal sealed record ReadPlan(int Router) : ControlMessage;

/// <summary>Plan store to router: the plan in force; null before the first.</summary>
internal sealed record PlanRead(int Router, PipelinePlan? Plan) : ControlMessage;

/// <summary>Router to plan store: put this plan in force.</summary>
internal sealed record SavePlan(PipelinePlan Plan) : ControlMessage;

/// <summary>Plan store to router: the plan in force after its last <see cref="SavePlan"/>; another one when it was refused.</summary>
internal sealed record PlanSaved(int Router, PipelinePlan Plan) : ControlMessage;

/// <summary>Router to device: are you there?</summary>
internal sealed record Probe(int Router) : ControlMessage;

/// <summary>Device to router: I am, in this life.</summary>
internal sealed record ProbeReply(int Router, DeviceLife Device) : ControlMessage;

/// <summary>The page transfers of a step that was given up: stages that had not come to it carry them out, those that had do not.</summary>
internal sealed record DroppedTransfers(long Step, PageTransfer[] Transfers);

/// <summary>
/// Router to device: what is in the pages of the plan in force, as the router before told with its steps? Asked of the first stage that is left: no other has gone further. It takes
/// no more steps of that plan. Where the plan had not come into force, the one before is told of.
/// </summary>
internal sealed record PageInventoryRequest(int Router, DeviceLife Device, long Epoch) : ControlMessage;

/// <summary>Device to router: what is in the pages.</summary>
/// <param name="Router">Who asked.</param>
/// <param name="Device">Who answers.</param>
/// <param name="Handover">Null where it does not know, or where the plan was not in force yet.</param>
internal sealed record PageInventoryReply(int Router, DeviceLife Device, RouterHandover? Handover) : ControlMessage;

/// <summary>Router to device: from now on this plan holds.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Base">Epoch whose page contents the plan starts from; 0: from none.</param>
/// <param name="FirstStep">Number of the epoch's first step.</param>
/// <param name="Dropped">Steps of the base that were given up, in their order.</param>
internal sealed record JoinPlan(PipelinePlan Plan, long Base, long FirstStep, IReadOnlyList<DroppedTransfers> Dropped) : ControlMessage;

/// <summary>Device to router: the plan holds here.</summary>
/// <param name="Epoch">Of the plan.</param>
/// <param name="Device">Who.</param>
/// <param name="HoldsBase">Whether it has the contents of the base epoch.</param>
internal sealed record Joined(long Epoch, DeviceLife Device, bool HoldsBase) : ControlMessage
{
    /// <summary>The full pages of the base epoch that it proves to hold; null from a node of an earlier version, which proves none.</summary>
    public ProvenPage[]? Pages { get; init; }
}

/// <summary>Device to router: what was asked for was refused, because another life of the device was meant or a later plan holds.</summary>
/// <param name="Router">Who is told.</param>
/// <param name="Device">Who refuses.</param>
/// <param name="Latest">The latest router that the device has heard of.</param>
internal sealed record Refused(int Router, DeviceLife Device, int Latest) : ControlMessage;

/// <summary>
/// Device to router: pages that a sequence was to go on from are not proven to hold what they should. It takes no more steps of the plan; in the next one it does not list them. Repeated with each
/// step that comes.
/// </summary>
internal sealed record PagesSpoilt(long Epoch, DeviceLife Device, int[] Pages) : ControlMessage;

/// <summary>Device to router: it is going to stop, or to serve another pipeline, and asks for its layers to be moved.</summary>
internal sealed record DrainDevice(DeviceLife Device) : ControlMessage;

/// <summary>Router to device: no plan of the pipeline needs it any more.</summary>
internal sealed record DeviceReleased(DeviceLife Device) : ControlMessage;

/// <summary>Directory to device: the pipeline to serve.</summary>
/// <param name="Version">Of the division of the devices: an earlier one does not replace a later one.</param>
/// <param name="Device">Who.</param>
/// <param name="Pipeline">Which one.</param>
/// <param name="AtOnce">Whether it need not wait until the pipeline that it serves can do without it, as that has no plan.</param>
internal sealed record ServePipeline(long Version, DeviceLife Device, int Pipeline, bool AtOnce) : ControlMessage;

/// <summary>Membership to router: the devices that are there, and which of them drain.</summary>
internal sealed record MembershipChanged(IReadOnlyList<DeviceLife> Devices, IReadOnlyList<DeviceLife> Draining) : ControlMessage;

/// <summary>Router to device: map these layers, for the case that whoever runs them is lost.</summary>
internal sealed record MapLayers(int Router, DeviceLife Device, LayerRange Layers) : ControlMessage;

/// <summary>Device to router: there is no room for the layers that a plan, a migration or a spare was to have. Nothing of them was loaded.</summary>
/// <param name="Epoch">Of the plan or migration; 0 for a spare.</param>
/// <param name="Router">Who asked.</param>
/// <param name="Device">Who refuses.</param>
/// <param name="Layers">What was to be loaded.</param>
/// <param name="Alone">Whether there would be no room for them either with nothing else on the device.</param>
/// <param name="Reason">What was wanted, and what there is.</param>
internal sealed record LayersRefused(long Epoch, int Router, DeviceLife Device, LayerRange Layers, bool Alone, string Reason) : ControlMessage;

/// <summary>Device to router: the layers are mapped.</summary>
internal sealed record LayersMapped(int Router, DeviceLife Device, LayerRange Layers) : ControlMessage;
