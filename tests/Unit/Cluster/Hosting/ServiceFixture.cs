using OrleansInference.Cluster.Hosting;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Sampling;

namespace OrleansInference.Unit.Cluster.Hosting;

/// <summary>A service over a <see cref="HashModel"/>, and what its answers must be.</summary>
internal sealed class ServiceFixture : IAsyncDisposable
{
    public const int Vocabulary = 64;
    public const int ContextLength = 200;
    public const int EndOfSequence = 2;

    public ServiceFixture(ServingOptions? options = null, TimeProvider? time = null)
    {
        ServedModel model = TestModel.With(FakeTokenizer.Bytes, ContextLength, Vocabulary, EndOfSequence);
        Node = new LocalNode(model, [Executor], Executor.Layers, new StepLimits(1 << 20, Executor.MaxStepTokens, Executor.MaxStepTokens), options ?? new(), time);
    }

    public HashModel Executor { get; } = new(Vocabulary);

    public LocalNode Node { get; }

    public IInferenceService Service => Node.Service;

    public static GenerationRequest Request(int promptLength = 20, int maxTokens = 30, int seed = 1) => new()
    {
        RequestId = "request",
        Prompt = Enumerable.Range(0, promptLength).Select(i => ((i * 7) + seed) % Vocabulary).ToArray(),
        MaxTokens = maxTokens,
        Sampling = new() { Temperature = 0.8f, Seed = (ulong)seed },
    };

    /// <summary>The tokens that the definition gives for a choice, ended by its stop conditions.</summary>
    public static int[] Expected(GenerationRequest request, int choice = 0, int layers = 1)
    {
        int[] endings = request.IgnoreEos ? [.. request.StopTokens] : [EndOfSequence, .. request.StopTokens];
        List<int> log = [.. request.Prompt.Span];
        SequenceSampling sampling = new(request, choice, endings);
        Sampler sampler = new(Vocabulary);
        while (sampling.Generated < request.MaxTokens && (sampling.Generated == 0 || !endings.Contains(log[^1])))
        {
            int token = sampler.Sample(HashModel.Logits(log, Vocabulary, layers), sampling, log.Count, new TokenLogProb[request.Sampling.LogProbs ?? 0]).Token;
            sampling.Append(token);
            log.Add(token);
        }

        return [.. log.Skip(request.Prompt.Length)];
    }

    public async Task<List<TokenEvent>> Run(GenerationRequest request)
    {
        await using IGeneration generation = await Service.StartAsync(request, default);
        return await Read(generation);
    }

    public static async Task<List<TokenEvent>> Read(IGeneration generation)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(1));
        List<TokenEvent> events = [];
        await foreach (TokenEvent token in generation.ReadAsync(limit.Token))
        {
            events.Add(token);
        }

        return events;
    }

    /// <summary>Waits until the service says so of itself.</summary>
    public void Until(Func<EngineFigures, bool> holds) =>
        Assert.True(SpinWait.SpinUntil(() => holds(Service.Status.Figures), TimeSpan.FromMinutes(1)), $"not reached: {Service.Status}");

    public ValueTask DisposeAsync() => Node.DisposeAsync();
}
