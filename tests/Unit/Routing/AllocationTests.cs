using System.Diagnostics;
using OrleansInference.Compute;
using OrleansInference.Serving;
using OrleansInference.Serving.Pages;
using OrleansInference.Serving.Pipelines;
using OrleansInference.Serving.Routing;
using OrleansInference.Unit.Serving;
using Xunit.Abstractions;

namespace OrleansInference.Unit.Routing;

public sealed class AllocationTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1, true)]
    [InlineData(64, false)]
    public void A_step_in_steady_state_allocates_nothing(int sequences, bool speculation)
    {
        const int Steps = 120;
        using NoiseModel model = new();
        ServingOptions options = new() { Speculation = speculation };
        AdmissionControl admission = new(options);
        Router router = new(options, new RouterLimits(model.PageCount, 2000, 512, 512), admission, static _ => default, new(), TimeProvider.System);
        using Pipeline pipeline = new(model, 1, new Loop(router));
        for (int i = 0; i < sequences; i++)
        {
            GenerationRequest request = new() { RequestId = "r", Prompt = new[] { i, 1, 2, 3 }, MaxTokens = 1900, IgnoreEos = true, Sampling = new() { Temperature = i % 2 } };
            admission.Enter(request);
            router.Submit(request, new StopConditions(request, TestModel.With(FakeTokenizer.Bytes, 2000, NoiseModel.Vocabulary), 2000), new Nobody(), 0);
        }

        // Past 512 tokens each: arrays that double have doubled.
        Run(router, pipeline, 530, out _);
        TimeSpan own = default;
        Assert.Equal(0, Allocations.Least(() => Run(router, pipeline, Steps, out own), calls: 2));
        output.WriteLine($"{own.TotalMicroseconds / Steps:0.0} µs to schedule a step of {sequences} sequences");
    }

    private static void Run(Router router, Pipeline pipeline, int steps, out TimeSpan scheduling)
    {
        long ticks = 0;
        for (int i = 0; i < steps; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Step step = router.Schedule()!;
            ticks += Stopwatch.GetTimestamp() - start;
            pipeline.Submit(step);
        }

        scheduling = Stopwatch.GetElapsedTime(0, ticks);
    }

    private sealed class Loop(Router router) : IStepSink
    {
        public void Completed(Step step) => router.Commit(step);
    }

    private sealed class Nobody : IRequestSink
    {
        public int CachedPromptTokens { get; set; }

        public void Publish(in TokenEvent token)
        {
        }

        public void Complete(Exception? error)
        {
        }
    }

    /// <summary>Logits that depend on token and position alone.</summary>
    private sealed class NoiseModel : IStagedModel, IModelStage
    {
        public const int Vocabulary = 300;

        private IModelStage[]? _stages;

        public int VocabularySize => Vocabulary;

        public int PageCount => 5000;

        public int MaxPositions => 2000;

        public int MaxStepTokens => 512;

        public int MaxLogitRows => 512;

        public bool StagesRunInParallel => false;

        public IReadOnlyList<IModelStage> Stages => _stages ??= [this];

        public HiddenStates NewHiddenStates() => new(1, 16);

        public void Execute(StepBatch batch, HiddenStates hidden, Span<float> logits)
        {
            for (int i = 0; i < logits.Length; i++)
            {
                uint hash = ((uint)i + ((uint)batch.Tokens[0] * 7919) + (uint)batch.Slices[0].Start) * 2654435761;
                logits[i] = hash / (float)uint.MaxValue * 8;
            }
        }

        public void CopyPage(int from, int to)
        {
        }

        public Span<byte> Page(int page) => [];

        public void Dispose()
        {
        }
    }
}
