using OrleansInference.Cluster.Planning;
using OrleansInference.Compute.Measurement;
using OrleansInference.Models;

namespace OrleansInference.Unit.Cluster.Planning;

/// <summary>The searches against brute force on random small cases.</summary>
public sealed class PlannerPropertyTests
{
    [Fact]
    public void One_pipeline_over_few_devices_is_optimal_in_bottleneck_then_latency_then_movement() => Seeded.Run(random =>
    {
        for (int round = 0; round < 300; round++)
        {
            ModelCost model = RandomCase.Model(random, random.Next(1, 7));
            DeviceDescription[] devices = RandomCase.Devices(random, random.Next(1, 5), random.Next(1, 4));
            PlannerOptions options = RandomCase.Options(random);
            Plan? inForce = random.Next(3) == 0 ? null : RandomCase.Plan(random, model.Layers.Count, devices);
            PlanningCase problem = new(new StageCosts(model, options), devices, inForce);
            (long bottleneck, long latency, long moved) = new BruteForce(problem).Best();
            if (bottleneck == StageCosts.Infinite)
            {
                Assert.Equal(ErrorCode.OutOfMemory, Assert.Throws<InferenceException>(() => new Planner(model, options).Create(devices, inForce)).Code);
                continue;
            }

            PlanOutcome outcome = new Planner(model, options).Create(devices, inForce);
            PlanMeasure measure = PlanMeasure.Of(problem, outcome.Plan.Pipelines)!.Value;
            Assert.Equal((bottleneck, latency, moved), (measure.Slowest, measure.Latency, measure.Moved));
            Assert.Equal(0, outcome.Gap);
            Assert.Equal(outcome.Plan, Reread(outcome.Plan));
        }
    });

    [Fact]
    public void Classes_of_equal_devices_give_the_least_bottleneck() => Seeded.Run(random =>
    {
        for (int round = 0; round < 60; round++)
        {
            ModelCost model = RandomCase.Model(random, random.Next(1, 6));
            DeviceDescription[] devices = RandomCase.Devices(random, 8, random.Next(1, 4));
            PlannerOptions options = RandomCase.Options(random);
            PlanningCase problem = new(new StageCosts(model, options), devices, null);
            long expected = new BruteForce(problem).Best().Bottleneck;
            DeviceClasses classes = DeviceClasses.Group(problem.Figures);
            Assert.True(classes.Exact);
            ReachSearch search = new(problem.Costs, classes.Worst);
            Assert.Equal(expected, search.Minimum(classes.Counts));
            Assert.Equal(expected, BottleneckTable.Compute(problem.Costs.Layers, search.Times, classes.Counts)[^1]);
            if (expected == StageCosts.Infinite)
                continue;
            PlanOutcome outcome = new Planner(model, options).Create(devices);
            Assert.Equal(expected, PlanMeasure.Of(problem, outcome.Plan.Pipelines)!.Value.Slowest);
            Assert.Equal(0, outcome.Gap);
        }
    });

    [Fact]
    public void Different_devices_and_layers_alike_give_the_least_bottleneck() => Seeded.Run(random =>
    {
        for (int round = 0; round < 200; round++)
        {
            int layers = random.Next(1, 7);
            ModelCost model = RandomCase.Model(random, layers);
            LayerCost[] between = [.. Enumerable.Repeat(model.Layers[^1], Math.Max(0, layers - 2))];
            model = model with { Layers = [model.Layers[0], .. between, .. model.Layers.Skip(Math.Max(1, layers - 1))] };
            DeviceDescription[] devices = RandomCase.Devices(random, random.Next(1, 6), 6);
            PlanningCase problem = new(new StageCosts(model, RandomCase.Options(random)), devices, null);
            Assert.True(problem.Costs.UniformBetween);
            long expected = new BruteForce(problem).Best().Bottleneck;
            int[]? order = new UniformSearch(problem).Order([.. Enumerable.Range(0, devices.Length)]);
            Assert.Equal(expected == StageCosts.Infinite, order is null);
            if (order is not null)
                Assert.Equal(expected, PlanMeasure.Of(problem, [problem.Describe(new OrderedSearch(problem).Find(order)!)])!.Value.Slowest);
        }
    });

    [Fact]
    public void Pipelines_share_few_devices_for_the_most_steps_per_second() => Seeded.Run(random =>
    {
        for (int round = 0; round < 100; round++)
        {
            ModelCost model = RandomCase.Model(random, random.Next(1, 4));
            DeviceDescription[] devices = RandomCase.Devices(random, random.Next(1, 5), random.Next(1, 3), tightMemory: 5);
            PlannerOptions options = RandomCase.Options(random) with { MaxPipelines = int.MaxValue };
            StageCosts costs = new(model, options);
            double expected = MostSteps(costs, devices);
            if (expected == 0)
                continue;
            PlanOutcome outcome = new Planner(model, options).Create(devices);
            Assert.Equal(1, outcome.StepsPerSecond / expected, 1e-9);
            Assert.Equal(0, outcome.Gap);
        }
    });

    [Fact]
    public void Many_different_devices_stay_within_the_stated_gap() => Seeded.Run(random =>
    {
        for (int round = 0; round < 10; round++)
        {
            ModelCost model = RandomCase.Model(random, random.Next(8, 30));
            DeviceDescription[] devices = [.. RandomCase.Devices(random, random.Next(10, 30), 1, tightMemory: 100)
                .Select(device => device with { ReadBandwidth = device.ReadBandwidth * (0.5 + random.NextDouble()), MemoryBytes = 50_000_000 })];
            PlannerOptions options = RandomCase.Options(random) with { MaxPipelines = random.Next(2) == 0 ? 1 : 100 };
            PlanOutcome outcome = new Planner(model, options).Create(devices);
            Assert.True(outcome.Gap >= 0);
            PlanningCase problem = new(new StageCosts(model, options), devices, null);
            DeviceClasses classes = DeviceClasses.Group(problem.Figures);
            long possible = new ReachSearch(problem.Costs, classes.Best).Minimum(classes.Counts);
            if (options.MaxPipelines == 1)
                Assert.True(outcome.StepsPerSecond * (1 + outcome.Gap) <= (1e12 / possible) * (1 + 1e-9));
            Assert.NotNull(PlanMeasure.Of(problem, outcome.Plan.Pipelines));
            Assert.Equal(outcome.Plan, Reread(outcome.Plan));
        }
    });

    // Reading validates that the stages cover the layers; equality is then that of the text.
    private static Plan Reread(Plan plan)
    {
        Plan read = Plan.FromJson(plan.ToJson());
        Assert.Equal(plan.ToJson(), read.ToJson());
        return plan;
    }

    private static double MostSteps(StageCosts costs, DeviceDescription[] devices)
    {
        if (devices.Length == 0)
            return 0;
        double best = 0;
        for (int part = 1; part < 1 << devices.Length; part++)
        {
            DeviceDescription[] inside = [.. devices.Where((_, index) => (part >> index & 1) == 1)];
            DeviceDescription[] outside = [.. devices.Where((_, index) => (part >> index & 1) == 0)];
            long bottleneck = new BruteForce(new PlanningCase(costs, inside, null)).Best().Bottleneck;
            if (bottleneck < StageCosts.Infinite)
                best = Math.Max(best, (1e12 / bottleneck) + MostSteps(costs, outside));
        }

        return best;
    }
}
