using OrleansInference.Cluster.Hosting;
using OrleansInference.Compute;
using OrleansInference.Compute.Devices;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Sampling;
using OrleansInference.Golden.Models;
using OrleansInference.Models.Checkpoints;
using Xunit.Abstractions;

namespace OrleansInference.Golden.Cluster;

/// <summary>The tokens of a request do not depend on what else is served, nor on how: alone with nothing of the router is the measure.</summary>
public sealed class SameTokensTests(ITestOutputHelper output)
{
    private const int Requests = 14;
    private const int Ample = 4096;

    public static TheoryData<string, int, int, bool, int> Ways => new()
    {
        // checkpoint, stages, tokens in pages, speculation, pages beside the pool: half of them in a file
        { "qwen2", 1, 4096, true, 0 },
        { "qwen2", 2, 4096, false, 0 },
        { "qwen2-tied", 2, 160, true, 60 },
        { "llama3", 2, 160, true, 60 },
        { "qwen2-fp32", 1, 160, false, 0 },
        { "demo", 1, 4096, true, 0 },
        { "demo", 4, 320, true, 200 },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Tokens_are_the_same_as_alone(string name, int stages, int pageTokens, bool speculation, int offloaded)
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("ORLEANS_INFERENCE_SEED"), out int given) ? given : Random.Shared.Next();
        output.WriteLine($"ORLEANS_INFERENCE_SEED={seed}");
        Random random = new(seed);
        string folder = name == "demo" ? GoldenFolders.Demo() : Path.Combine(GoldenFolders.Root(), name);
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        GenerationRequest[] requests = [.. Enumerable.Range(0, Requests).Select(_ => Request(random, checkpoint.Spec.VocabularySize))];
        using DeviceModel alone = DeviceModel.LoadWhole(checkpoint, new() { Threads = 1, KvBytes = 4 << 20, PackedFolder = string.Empty });
        int[][] expected = [.. requests.Select(request => Alone(alone, request))];

        int pageBytes = alone.ReadPage(0, alone.LayerCount, 0).Length;
        ComputeOptions options = new()
        {
            Threads = 2,
            MaxStepTokens = 64,
            KvBytes = (long)pageBytes * pageTokens / KvLayout.PageTokens,
            KvOffloadMemoryBytes = (long)pageBytes * offloaded / 2,
            KvOffloadFileBytes = (long)pageBytes * offloaded / 2,
            KvOffloadFolder = Path.GetTempPath(),
            PackedFolder = string.Empty,
        };
        DeviceModel[] devices = [.. Enumerable.Range(0, stages).Select(_ => new DeviceModel(checkpoint, options))];
        ServingOptions serving = new() { MaxPrefillTokens = random.Next(5, 60), MaxRunningSequences = random.Next(3, 12), Speculation = speculation };
        await using LocalNode node = LocalNode.Start(Model(checkpoint), devices, serving);
        IInferenceService service = node.Service;
        for (int round = 0; round < 2; round++)
        {
            int[][] tokens = await Task.WhenAll(requests.Select(request => Run(service, request)));
            Assert.Equal(expected, tokens);
        }

        Assert.True(SpinWait.SpinUntil(() => service.Status.Figures is { Running: 0, PagesInUse: 0 }, TimeSpan.FromMinutes(1)), $"pages are left: {service.Status}");
        output.WriteLine(service.Status.ToString());
        if (pageTokens >= Ample)
        {
            // In fewer pages whether a prefix is still there when it comes again is a matter of luck.
            Assert.True(service.Status.Figures.CachedPromptTokens > 0);
        }

        Assert.True(offloaded == 0 || service.Status.Figures.RestoredPages > 0);
    }

    private static async Task<int[]> Run(IInferenceService service, GenerationRequest request)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));
        await using IGeneration generation = await service.StartAsync(request, default);
        List<int> tokens = [];
        await foreach (TokenEvent token in generation.ReadAsync(limit.Token))
        {
            tokens.Add(token.Token);
        }

        return [.. tokens];
    }

    /// <summary>One sequence, whole prompt, then token by token.</summary>
    private static int[] Alone(DeviceModel device, GenerationRequest request)
    {
        List<int> log = [.. request.Prompt.Span];
        float[] logits = new float[device.VocabularySize];
        int[] pages = [.. Enumerable.Range(0, KvLayout.PagesFor(log.Count + request.MaxTokens))];
        SequenceSampling sampling = new(request, 0, []);
        Sampler sampler = new(device.VocabularySize);
        StepBatch batch = new();
        for (int start = 0; sampling.Generated < request.MaxTokens;)
        {
            batch.Clear();
            batch.Add(log.Skip(start).ToArray(), start, pages, LogitRows.Last);
            device.Execute(batch, logits);
            start = log.Count;
            int token = sampler.Sample(logits, sampling, log.Count, []).Token;
            sampling.Append(token);
            log.Add(token);
        }

        return [.. log.Skip(request.Prompt.Length)];
    }

    private static GenerationRequest Request(Random random, int vocabulary)
    {
        // Some prompts begin alike, and some repeat themselves.
        int[] shared = [.. Enumerable.Range(0, random.Next(1, 40)).Select(i => i * 11 % vocabulary)];
        int[] own = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(vocabulary))];
        return new GenerationRequest
        {
            RequestId = "same",
            Tenant = random.Next(3) == 0 ? "other" : "default",
            Prompt = (int[])[.. shared, .. own, .. own, .. own],
            MaxTokens = random.Next(4, 50),
            IgnoreEos = true,
            Sampling = new()
            {
                Temperature = random.Next(3) * 0.4f,
                Seed = (ulong)random.Next(4),
                TopP = random.Next(2) == 0 ? 0.9f : 1,
                RepetitionPenalty = random.Next(4) == 0 ? 1.3f : 1,
            },
        };
    }

    private static ServedModel Model(Checkpoint checkpoint) => new()
    {
        Id = "model",
        Created = DateTimeOffset.UnixEpoch,
        ContextLength = 4096,
        VocabularySize = checkpoint.Spec.VocabularySize,
        EndOfSequence = [],
        Fingerprint = "fp_same",
    };
}
