using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Stage;
using OrleansInference.Compute;
using OrleansInference.Simulation.Model;

namespace OrleansInference.SimulationTests.Actors;

/// <summary>What a stage of the layers 2 to 5, of eight, keeps of the hidden states that go into the layers 4 and 6.</summary>
public sealed class StageJournalsTests
{
    private const int Tokens = 20;

    private static readonly LayerRange Layers = new(2, 6);
    private static readonly DeviceLife Self = new(1, 1);

    private readonly ToyStage _work = new(8, 16);
    private readonly StepBatch _batch = new();
    private readonly float[] _hidden = [.. Enumerable.Range(0, Tokens * ToyModel.HiddenWidth).Select(static value => (float)value)];

    public StageJournalsTests()
    {
        _work.Load(Layers);
        _batch.Add(new int[Tokens], 0, [3, 5], LogitRows.None);
    }

    [Fact]
    public void Rows_are_kept_where_stages_began_in_plans_before_and_nothing_else_is_computed()
    {
        StageJournals journals = Enter(Plan(4, 1, 7));
        float[] split = [.. _hidden];
        journals.Execute(_work, Layers, _batch, split);
        float[] whole = [.. _hidden];
        _work.Execute(Layers, _batch, whole);
        Assert.Equal(whole, split);
        Assert.Equal(whole, journals.Before(6)!.Read([3, 5], 0, Tokens));
        float[] half = [.. _hidden];
        _work.Execute(new LayerRange(2, 4), _batch, half);
        Assert.Equal(half, journals.Before(4)!.Read([3, 5], 0, Tokens));
        Assert.All(new[] { 1, 2, 3, 5, 7, 8 }, layer => Assert.Null(journals.Before(layer)));
    }

    [Fact]
    public void What_was_kept_for_the_plan_before_stays_until_the_first_step()
    {
        StageJournals journals = Enter(Plan(4));
        journals.Execute(_work, Layers, _batch, [.. _hidden]);
        journals.Enter(Plan(3), Layers);
        Assert.True(journals.Before(4)!.Holds([3, 5], 0, Tokens));
        journals.Settle();
        Assert.Null(journals.Before(4));
        Assert.False(journals.Before(3)!.Holds([3, 5], 0, 1));
        Assert.True(journals.Before(6)!.Holds([3, 5], 0, Tokens));
    }

    [Fact]
    public void Layers_that_move_take_what_goes_into_the_ones_after_them_along()
    {
        StageJournals journals = Enter(Plan(4));
        journals.Execute(_work, Layers, _batch, [.. _hidden]);
        Assert.Equal([6], Before(journals.Read(new LayerRange(4, 6), 3)));
        Assert.Equal([4], Before(journals.Read(new LayerRange(3, 5), 3)));
        Assert.Equal([4, 6], Before(journals.Read(Layers, 3)));
        Assert.Empty(journals.Read(Layers, 4));

        StageJournals arrived = new(16, ToyModel.HiddenWidth);
        arrived.Write(Layers, 3, journals.Read(Layers, 3));
        arrived.Write(Layers, 5, journals.Read(Layers, 5));
        StageJournals next = new(16, ToyModel.HiddenWidth);
        next.Take(arrived);
        Assert.Equal(journals.Before(6)!.Read([3, 5], 0, Tokens), next.Before(6)!.Read([3, 5], 0, Tokens));
    }

    [Fact]
    public void What_comes_later_without_rows_takes_away_those_that_came_before()
    {
        StageJournals journals = Enter(Plan(4));
        journals.Execute(_work, Layers, _batch, [.. _hidden]);
        StageJournals arrived = new(16, ToyModel.HiddenWidth);
        arrived.Write(Layers, 3, journals.Read(Layers, 3));
        arrived.Write(Layers, 3, []);
        Assert.False(arrived.Before(4)!.Holds([3], 0, 1));
        Assert.False(arrived.Before(6)!.Holds([3], 0, 1));
    }

    [Fact]
    public void Rows_that_belong_to_other_layers_are_not_taken()
    {
        StageJournals arrived = new(16, ToyModel.HiddenWidth);
        arrived.Write(Layers, 3, [new KeptRows(7, 1, new float[ToyModel.HiddenWidth])]);
        Assert.Null(arrived.Before(7));
    }

    private static PipelinePlan Plan(params int[] borders) =>
        new(1, 1, [new StageAssignment(new DeviceLife(0, 1), new LayerRange(0, 2)), new StageAssignment(Self, Layers), new StageAssignment(new DeviceLife(2, 1), new LayerRange(6, 8))])
        {
            Boundaries = borders,
        };

    private static StageJournals Enter(PipelinePlan plan)
    {
        StageJournals journals = new(16, ToyModel.HiddenWidth);
        journals.Enter(plan, Layers);
        return journals;
    }

    private static int[] Before(KeptRows[] kept) => [.. kept.Select(static rows => rows.Before)];
}
