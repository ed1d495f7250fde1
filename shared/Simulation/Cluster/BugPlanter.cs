using OrleansInference.Cluster.Router;
using OrleansInference.Cluster.Session;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Scheduling;
using OrleansInference.Simulation.Model;
using OrleansInference.Simulation.Scenarios;

namespace OrleansInference.Simulation.Cluster;

/// <summary>Plants a <see cref="PlantedBug"/> between the actors and the simulator, so that the actors need no hooks.</summary>
internal sealed class BugPlanter(PlantedBug bug, World world)
{
    /// <summary>Returns the message that a device receives instead; null: none.</summary>
    public ControlMessage? BeforeReceive(DeviceNode device, ControlMessage message)
    {
        switch (message)
        {
            case StepForward { Step: var stale } when bug == PlantedBug.StaleEpochExecuted
                && stale.Epoch < device.Actor.Epoch && device.Actor.Layers.Count > 0:
            case StepForward { Step: var again } when bug == PlantedBug.DuplicateStepExecuted
                && again.Epoch == device.Actor.Epoch && again.Number <= device.Actor.LastStep:
                Execute(device, (StepForward)message);
                return message;
            case PageContents { Version: > 1 } page when bug == PlantedBug.DirtyPagesNotSent:
                world.Deliver(device, Address.Device(page.From.Device), new PageTaken(page.Epoch, page.Layers, page.Page, page.Version), 0);
                return null;
            case PageContents { Kept.Count: > 0 } page when bug == PlantedBug.WrongRowsCopied:
                return page with { Kept = [.. page.Kept.Select(static kept => kept with { Rows = [.. kept.Rows.Reverse()] })] };
            case ReplayForward { Hidden.Length: > 0 } replay when bug == PlantedBug.JournalEntryMissing && replay.Layers.First == device.Actor.Layers.First:
                float[] hidden = [.. replay.Hidden];
                hidden.AsSpan(hidden.Length / 2 / ToyModel.HiddenWidth * ToyModel.HiddenWidth, ToyModel.HiddenWidth).Clear();
                return replay with { Hidden = hidden };
            case PageContents late when bug == PlantedBug.LatePageWritten && late.Epoch <= device.Actor.Epoch && late.Layers.Overlaps(device.Actor.Layers) && device.Work.Holds(late.Layers):
                device.Work.WritePage(late.Layers, late.Page, late.Contents);
                return message;
            case PageTaken taken when bug == PlantedBug.EarlierVersionCounted:
                return taken with { Version = int.MaxValue };
            case ReplayForward replayed when bug == PlantedBug.ReplayNotComputed && replayed.Layers.End <= device.Actor.Layers.End:
                world.Deliver(device, Address.Router(device.Actor.Pipeline), new Replayed(replayed.Epoch, replayed.Sequence.Number, replayed.Layers.End) { Start = replayed.Sequence.Start }, 0);
                return null;
            case JoinPlan join when bug == PlantedBug.EarlierRouterFollowed && join.Plan.Router < device.Actor.LatestRouter:
                return join with { Plan = join.Plan with { Router = device.Actor.LatestRouter, Epoch = Math.Max(join.Plan.Epoch, device.Actor.Epoch + 1) } };
            case LoadLayers load when bug == PlantedBug.WarmUpOverPages && device.Work.Holds(load.Layers):
                device.Actor.Receive(load);
                return null;
            default:
                return message;
        }
    }

    /// <summary>Runs before a device learns that layers are loaded.</summary>
    public void BeforeLoaded(DeviceNode device, LayerRange layers)
    {
        if (bug == PlantedBug.WarmUpOverPages && device.Actor.Layers.Count == 0 && device.Work.Holds(layers))
        {
            device.Work.WarmUp(layers);
        }
    }

    /// <summary>Runs before the router receives a message.</summary>
    public void BeforeReceive(RouterNode router, ControlMessage message)
    {
        if (message is not CancelSequences cancel || !router.Actor.Sessions.TryGetValue(cancel.Session, out RoutedSession? session))
        {
            return;
        }

        RoutedRequest request = session.Request!;
        for (int choice = 0; choice < request.Request.Choices; choice++)
        {
            if (request.Sequence(choice) is not { Pages.IsActive: true, Computed: > 0 } sequence)
            {
                continue;
            }

            if (bug == PlantedBug.PageFreedEarly)
            {
                // Removes one reference from the first page of another running sequence, as if this sequence's end had freed a page of the other.
                FreeEarly(router.Actor.Scheduler);
            }
            else if (bug == PlantedBug.CancelledPagesKept)
            {
                router.Actor.Scheduler.Pages.Fork(sequence.Pages, new SequencePages());
            }
        }
    }

    /// <summary>Returns the message that a session receives instead.</summary>
    public ControlMessage BeforeReceive(SessionActor session, ControlMessage message)
    {
        if (message is not CommitTokens { Tokens.Length: > 0 } commit || session.Choices <= commit.Choice)
        {
            return message;
        }

        int count = session.Log(commit.Choice).Length;
        return bug switch
        {
            PlantedBug.TokenCommittedTwice when commit.Index < count => commit with { Index = count },
            PlantedBug.GapCommitted when commit.Index > count => commit with { Index = count },
            PlantedBug.LostCommit when commit.Tokens.Length > 1 && commit.Index == count => commit with { Tokens = commit.Tokens[1..] },
            _ => message,
        };
    }

    /// <summary>Returns the tokens that a gateway assumes a client to have.</summary>
    public int[] Have(int[] have) =>
        bug == PlantedBug.ResumedAtWrongIndex && Array.TrueForAll(have, static count => count > 0) ? [.. have.Select(static count => count + 1)] : have;

    /// <summary>Returns the handover that the next router receives from a leaving one.</summary>
    public RouterHandover? Leaving(RouterHandover? handover) => bug == PlantedBug.WrongPageHandedOver ? Exchange(handover) : handover;

    /// <summary>Returns the message that a device sends instead.</summary>
    public ControlMessage BeforeSend(ControlMessage message) => message switch
    {
        PageInventoryReply pages when bug == PlantedBug.WrongPageReported => pages with { Handover = Exchange(pages.Handover) },
        Joined joined when bug == PlantedBug.BaseClaimed => joined with { HoldsBase = true },
        _ => message,
    };

    /// <summary>Life that a device assumes to be in.</summary>
    public int LifeOf(DeviceNode device) => bug == PlantedBug.LifeComesBack ? 1 : device.Life;

    /// <summary>Returns the stored session that a new version is merged into.</summary>
    /// <returns>The stored session; null stores the new version alone.</returns>
    public StoredSession? Stored(StoredSession? stored) => bug == PlantedBug.OldSessionKept ? null : stored;

    /// <summary>Returns the plan that is stored after a router has asked to save one.</summary>
    public PipelinePlan Stored(PipelinePlan? inForce, PipelinePlan plan) => bug == PlantedBug.OldPlanKept ? plan : PlanStore.Save(inForce, plan);

    private static RouterHandover? Exchange(RouterHandover? handover)
    {
        if (handover is not { Pages.Length: > 1 })
        {
            return handover;
        }

        int one = handover.Pages[0].Page;
        int other = handover.Pages[^1].Page;
        return handover with
        {
            Pages = [.. handover.Pages.Select(page => page with { Page = Other(page.Page), Before = Other(page.Before) })],
            Heads = [.. handover.Heads.Select(Other)],
        };

        int Other(int page) => page == one ? other : page == other ? one : page;
    }

    public ToyStage CreateWork(int layers, int pageCount, int hostPages) => bug switch
    {
        PlantedBug.WrongPageCopied => new WrongCopies(layers, pageCount, hostPages),
        PlantedBug.ChecksumsNotCompared => new NoChecksums(layers, pageCount, hostPages),
        PlantedBug.WarmUpOverPages => new WarmUpOverPages(layers, pageCount, hostPages),
        PlantedBug.HostPageNotWritten => new DeafHost(layers, pageCount, hostPages),
        _ => new ToyStage(layers, pageCount, hostPages),
    };

    private static void FreeEarly(Scheduler router)
    {
        SequencePages stray = new();
        if (router.Running.FirstOrDefault(static sequence => sequence.Computed > 0) is { } victim)
        {
            stray.Add(victim.Pages.Pages[0]);
            router.Pages.Truncate(stray, 0);
        }
    }

    private static void Execute(DeviceNode device, StepForward step)
    {
        LayerRange layers = device.Actor.Layers;
        float[] hidden = step.Hidden.Length == 0 ? new float[step.Step.Batch.RowCount * ToyModel.HiddenWidth] : [.. step.Hidden];
        if (layers.First == 0 || step.Hidden.Length > 0)
        {
            device.Work.Execute(layers, step.Step.Batch, hidden);
        }
    }

    private sealed class NoChecksums(int layers, int pageCount, int hostPages) : ToyStage(layers, pageCount, hostPages)
    {
        public override ulong Checksum(int layer, int page) => 0;
    }

    private sealed class WarmUpOverPages(int layers, int pageCount, int hostPages) : ToyStage(layers, pageCount, hostPages)
    {
        public override void WarmUp(LayerRange range) => WarmUp(range, firstPage: 0);
    }

    private sealed class DeafHost(int layers, int pageCount, int hostPages) : ToyStage(layers, pageCount, hostPages)
    {
        public override void CopyPage(LayerRange range, int from, int to)
        {
            if (to < PageCount)
            {
                base.CopyPage(range, from, to);
            }
        }
    }

    private sealed class WrongCopies(int layers, int pageCount, int hostPages) : ToyStage(layers, pageCount, hostPages)
    {
        public override void CopyPage(LayerRange range, int from, int to) => base.CopyPage(range, (from + 1) % PageCount, to);
    }
}
