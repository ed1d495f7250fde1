using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Stage;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Steps;
using OrleansInference.Simulation.Model;

namespace OrleansInference.SimulationTests.Actors;

/// <summary>The first of two stages, on device 0.</summary>
internal sealed class StageFixture
{
    public static readonly DeviceLife Self = new(0, 1);
    public static readonly DeviceLife Other = new(1, 1);

    public StageFixture(int layers = 2, ToyStage? work = null, int pagesUnderWay = 64)
    {
        Work = work ?? new ToyStage(layers, 16);
        Actor = new StageActor(Self, Work, Port, new StageOptions { JournalPages = 8, PagesInFlight = pagesUnderWay });
    }

    public CollectingPort Port { get; } = new();

    public ToyStage Work { get; }

    public StageActor Actor { get; }

    public static PipelinePlan Plan(long epoch, int router = 1) =>
        new(epoch, router, [new StageAssignment(Self, new LayerRange(0, 1)), new StageAssignment(Other, new LayerRange(1, 2))]);

    public Joined Join(long epoch, long from = 0, long firstStep = 1, params DroppedTransfers[] dropped)
    {
        Actor.Receive(new JoinPlan(Plan(epoch), from, firstStep, dropped));
        return Port.Take<Joined>().Single();
    }

    public static StepForward Step(long epoch, long number, int position = 0, int page = 1, params PageTransfer[] transfers)
    {
        Step step = new(epoch, number, slices: 1, rows: 1, pages: 1);
        step.Transfer(transfers);
        step.Add([7], position, [page], default);
        return new StepForward(step, [], 0);
    }
}
