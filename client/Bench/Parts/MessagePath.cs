using OrleansInference.Compute;
using OrleansInference.Compute.Devices;
using OrleansInference.Engine.Requests;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Bench.Parts;

/// <summary>
/// Measures what a decode step allocates on its way between the router, the stage, the sessions and the reader of a node, in one process. Generating <see cref="Short"/> and <see cref="Long"/>
/// tokens differs by decode steps alone.
/// </summary>
internal static class MessagePath
{
    private const int Short = 100;
    private const int Long = 300;

    /// <param name="model">Folder of the checkpoint; small, so that little time goes into the model.</param>
    /// <param name="sequences">Number of sequences that decode together.</param>
    /// <returns>Allocated bytes for each step and sequence; the least of several runs, since other threads allocate as well.</returns>
    public static async Task<double> AllocatedBytesAsync(string model, int sequences)
    {
        using Checkpoint checkpoint = Checkpoint.Open(model);
        ComputeOptions compute = new() { Threads = 1, KvBytes = 64 << 20 };
        DeviceModel device = DeviceModel.LoadWhole(checkpoint, compute, null);
        ServedModel served = ServedModels.Describe(checkpoint, model, "bench", compute.KvType, (long)device.PageCount * KvLayout.PageTokens);
        await using LocalNode node = LocalNode.Start(served, [device], new ServingOptions { Speculation = false });
        double least = double.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            double difference = await RunAsync(node.Service, sequences, Long) - await RunAsync(node.Service, sequences, Short);
            least = Math.Min(least, difference / ((Long - Short) * sequences));
        }

        return least;
    }

    private static async Task<double> RunAsync(IInferenceService service, int sequences, int tokens)
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await Task.WhenAll(Enumerable.Range(0, sequences).Select(sequence => GenerateAsync(service, sequence, tokens)));
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    private static async Task GenerateAsync(IInferenceService service, int sequence, int tokens)
    {
        GenerationRequest request = new() { RequestId = "bench", Prompt = new[] { sequence + 1, 2, 3 }, MaxTokens = tokens, IgnoreEos = true, Sampling = new SamplingParameters { Temperature = 0 } };
        using CancellationTokenSource disconnected = new(); // an HTTP request has one
        await using IGeneration generation = await service.StartAsync(request, disconnected.Token);
        await foreach (TokenEvent token in generation.ReadAsync(disconnected.Token))
        {
            _ = token;
        }
    }
}
