using OrleansInference.Cluster.Planning;
using OrleansInference.Compute.Measurement;
using OrleansInference.Models;

namespace OrleansInference.Unit.Cluster.Planning;

public sealed class PlannerTests
{
    private const long Gigabyte = 1_000_000_000;

    private static readonly PlannerOptions Options = new() { StepTokens = 1, KvTokens = 1000, StageOverhead = TimeSpan.Zero };

    [Fact]
    public void Faster_devices_get_more_layers()
    {
        PlanOutcome outcome = new Planner(Model(12), Options with { MaxPipelines = 1 }).Create([Device("slow", speed: 1), Device("fast", speed: 3)]);

        Assert.Equal([3, 9], Sizes(outcome.Plan).Order());
        Assert.Equal(1, outcome.Plan.Epoch);
        Assert.True(outcome.Changed);
    }

    [Fact]
    public void Memory_limits_what_a_fast_device_gets()
    {
        PlanOutcome outcome = new Planner(Model(12), Options).Create([Device("slow", speed: 1), Device("fast", speed: 3, memory: 5 * Gigabyte)]);

        Assert.Equal(4, outcome.Plan.Pipelines[0].Stages.Single(stage => stage.Device == "fast") is var stage ? stage.EndLayer - stage.FirstLayer : 0);
    }

    [Fact]
    public void Replicas_appear_when_there_are_more_devices_than_layers()
    {
        PlanOutcome outcome = new Planner(Model(4), Options).Create([.. Enumerable.Range(0, 8).Select(index => Device($"d{index}"))]);

        Assert.Equal(2, outcome.Plan.Pipelines.Count);
        Assert.Equal(2 / outcome.SlowestStage.TotalSeconds, outcome.StepsPerSecond, 1e-3);
    }

    [Fact]
    public void Stages_of_one_node_are_neighbours()
    {
        DeviceDescription[] devices = [Device("a1", "a"), Device("b1", "b"), Device("a2", "a"), Device("b2", "b")];
        PlanOutcome outcome = new Planner(Model(8), Options with { MaxPipelines = 1 }).Create(devices);

        string nodes = string.Concat(outcome.Plan.Pipelines[0].Stages.Select(stage => stage.Device[0]));
        Assert.Contains(nodes, new[] { "aabb", "bbaa" });
    }

    [Theory]
    [InlineData(DeviceState.Draining)]
    [InlineData(DeviceState.Lost)]
    public void A_device_that_goes_is_replaced_and_the_others_keep_their_layers(DeviceState state)
    {
        Planner planner = new(Model(8), Options with { MaxPipelines = 1 });
        DeviceDescription[] devices = [.. Enumerable.Range(0, 5).Select(index => Device($"d{index}"))];
        Plan first = planner.Create(devices[..4]).Plan;
        string gone = first.Pipelines[0].Stages[1].Device;
        PlanOutcome next = planner.Create([.. devices.Select(device => device.Id == gone ? device with { State = state } : device)], first);

        Assert.Equal(2, next.Plan.Epoch);
        Assert.Equal(2 * Gigabyte, next.BytesToMove);
        Assert.Equal(
            first.Pipelines[0].Stages.Select(stage => stage.Device == gone ? "d4" : stage.Device),
            next.Plan.Pipelines[0].Stages.Select(stage => stage.Device));
    }

    [Fact]
    public void A_device_lost_without_a_spare_moves_its_layers_only()
    {
        Planner planner = new(Model(16), Options with { MaxPipelines = 1 });
        DeviceDescription[] devices = [.. Enumerable.Range(0, 8).Select(index => Device($"d{index}"))];
        Plan first = planner.Create(devices).Plan;
        string gone = first.Pipelines[0].Stages[3].Device;
        PlanOutcome next = planner.Create([.. devices.Where(device => device.Id != gone)], first);

        Assert.Equal(2 * Gigabyte, next.BytesToMove);
        Assert.Equal(3, Sizes(next.Plan).Max());
    }

    [Fact]
    public void A_small_gain_moves_nothing_and_a_large_one_does()
    {
        Planner planner = new(Model(100), Options with { MaxPipelines = 1, MinimumGain = 0.1 });
        Plan plan = planner.Create([Device("a"), Device("b")]).Plan;
        PlanOutcome small = planner.Create([Device("a"), Device("b", speed: 1.1)], plan);
        Assert.Same(plan, small.Plan);
        Assert.False(small.Changed);
        Assert.Equal(0, small.BytesToMove);

        PlanOutcome large = planner.Create([Device("a"), Device("b", speed: 1.5)], plan);
        Assert.True(large.Changed);
        Assert.Equal(plan.Epoch + 1, large.Plan.Epoch);
        Assert.True(large.BytesToMove is > 0 and < 15 * Gigabyte);
    }

    [Fact]
    public void What_does_not_fit_names_the_missing_bytes()
    {
        InferenceException exception = Assert.Throws<InferenceException>(
            () => new Planner(Model(10), Options with { KvTokens = 0 }).Create([Device("a", memory: 4 * Gigabyte), Device("b", memory: 5 * Gigabyte)]));

        Assert.Equal(ErrorCode.OutOfMemory, exception.Code);
        Assert.Contains($"{Gigabyte} bytes are missing", exception.Message, StringComparison.Ordinal);
        Assert.Throws<InferenceException>(() => new Planner(Model(1)).Create([]));
    }

    [Fact]
    public void Memory_that_whole_layers_cannot_use_is_said_to_be_so()
    {
        InferenceException exception = Assert.Throws<InferenceException>(
            () => new Planner(Model(3), Options with { KvTokens = 0 }).Create([Device("a", memory: Gigabyte * 3 / 2), Device("b", memory: Gigabyte * 3 / 2)]));

        Assert.Contains("whole layers", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"{Gigabyte} bytes are missing", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_figures_are_refused_by_name()
    {
        InferenceException exception = Assert.Throws<InferenceException>(() => new Planner(Model(2)).Create([Device("a", speed: 0)]));
        Assert.Equal(ErrorCode.InvalidOption, exception.Code);
        Assert.Contains("'a'", exception.Message, StringComparison.Ordinal);
        Assert.Throws<InferenceException>(() => new Planner(Model(2)).Create([Device("a"), Device("a")]));
        Assert.Throws<InferenceException>(() => new Planner(Model(0)));
        Assert.Throws<InferenceException>(() => new Planner(Model(2), Options with { StepTokens = 0 }));
    }

    [Fact]
    public void Stage_costs_are_those_computed_by_hand()
    {
        ModelCost model = new()
        {
            Layers = [new LayerCost(100, 100, 7, 2), new LayerCost(200, 150, 9, 3)],
            Embedding = new LayerCost(50, 0, 0, 0),
            Head = new LayerCost(50, 50, 5, 0),
            TiedEmbedding = true,
        };
        StageCosts costs = new(model, new PlannerOptions { StepTokens = 4, KvTokens = 10, StageBytes = 1000, StageOverhead = TimeSpan.FromSeconds(1) });
        DeviceFigures device = new(2000, 1e12, 1e10);

        Assert.Equal(1000 + 100 + 50 + 20, costs.Bytes(0, 1));
        Assert.Equal(1000 + 200 + 50 + 30, costs.Bytes(1, 2));
        Assert.Equal(1000 + 300 + 50 + 50, costs.Bytes(0, 2));
        Assert.Equal((long)1e12 * (1 + 100 + 20), costs.Time(device, 0, 1));
        Assert.Equal((long)1e12 * (1 + 150 + 50 + 30), costs.Time(device, 1, 2));
        Assert.Equal(StageCosts.Infinite, costs.Time(device with { MemoryBytes = 1399 }, 0, 2));
        Assert.Equal((long)1e12 + (4 * 14 * (long)1e12), costs.Time(device with { PicosecondsPerOperation = 1e12, PicosecondsPerByte = 1 }, 1, 2));
    }

    private static ModelCost Model(int layers) => new()
    {
        Layers = [.. Enumerable.Repeat(new LayerCost(Gigabyte, Gigabyte, 1e9, 1000), layers)],
        ActivationBytesPerToken = 4096,
    };

    private static DeviceDescription Device(string id, string node = "", double speed = 1, long memory = 1000 * Gigabyte) => new()
    {
        Id = id,
        Node = node.Length == 0 ? id : node,
        MemoryBytes = memory,
        ReadBandwidth = speed * 1e11,
        ArithmeticRate = 1e15,
    };

    private static IEnumerable<int> Sizes(Plan plan) => plan.Pipelines[0].Stages.Select(stage => stage.EndLayer - stage.FirstLayer);
}
