using OrleansInference.Cluster.Planning;
using OrleansInference.Compute.Measurement;

namespace OrleansInference.Unit.Cluster.Planning;

/// <summary>Random models, devices and plans, small enough to try everything.</summary>
internal static class RandomCase
{
    public static ModelCost Model(Random random, int layers) => new()
    {
        Layers = [.. Enumerable.Range(0, layers).Select(_ => Layer(random, random.Next(2) == 0 ? 100 : random.Next(1, 200)))],
        Embedding = new LayerCost(random.Next(100), 0, 0, 0),
        Head = Layer(random, random.Next(1, 150)),
        ActivationBytesPerToken = 100,
    };

    public static DeviceDescription[] Devices(Random random, int count, int kinds, int tightMemory = 2)
    {
        DeviceDescription[] figures = [.. Enumerable.Range(0, kinds).Select(_ => new DeviceDescription
        {
            Id = "",
            Node = "",
            MemoryBytes = random.Next(tightMemory) == 0 ? random.Next(100, 900) * 1000 : 5_000_000,
            ReadBandwidth = random.Next(1, 20) * 1e6,
            ArithmeticRate = random.Next(1, 20) * 1e6,
        })];
        return [.. Enumerable.Range(0, count).Select(index => figures[random.Next(kinds)] with { Id = $"d{index}", Node = $"n{random.Next(3)}" })];
    }

    public static PlannerOptions Options(Random random) => new()
    {
        StepTokens = random.Next(1, 8),
        KvTokens = random.Next(0, 100),
        StageBytes = random.Next(50_000),
        StageOverhead = TimeSpan.FromMilliseconds(random.Next(20)),
        DefaultLink = new LinkDescription(TimeSpan.FromMilliseconds(random.Next(30)), 1e6),
        MaxPipelines = 1,
        MinimumGain = 0,
    };

    /// <summary>A plan that covers the layers in order, whether it fits or not; some of its devices may be unknown.</summary>
    public static Plan Plan(Random random, int layers, DeviceDescription[] devices)
    {
        string[] ids = [.. devices.Select(device => device.Id), "gone"];
        random.Shuffle(ids);
        List<PlannedStage> stages = [];
        for (int first = 0; first < layers;)
        {
            int end = stages.Count == ids.Length - 1 ? layers : random.Next(first + 1, layers + 1);
            stages.Add(new PlannedStage(ids[stages.Count], first, end));
            first = end;
        }

        return new Plan(random.Next(100), layers, [new Pipeline(stages)]);
    }

    private static LayerCost Layer(Random random, int size) => new(size * 1000, size * 1000, random.Next(1, 200) * 1000.0, random.Next(50));
}
