using System.Diagnostics;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Compute;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Scheduling;
using OrleansInference.Engine.Steps;
using Xunit.Abstractions;

namespace OrleansInference.Unit.Cluster.Hosting;

public sealed class AllocationTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1, true)]
    [InlineData(64, false)]
    public void A_step_in_steady_state_allocates_nothing(int sequences, bool speculation)
    {
        const int Steps = 120;
        NoiseModel model = new();
        ServingOptions options = new() { Speculation = speculation };
        AdmissionControl admission = new(options);
        Scheduler router = new(options, new SchedulerLimits(NoiseModel.PageCount, 2000, 512, 512), admission, static _ => default, new(), TimeProvider.System)
        {
            Observer = new RequestObserver(new EngineMetrics(), 0, TimeProvider.System),
        };
        for (int i = 0; i < sequences; i++)
        {
            GenerationRequest request = new() { RequestId = "r", Prompt = new[] { i, 1, 2, 3 }, MaxTokens = 1900, IgnoreEos = true, Sampling = new() { Temperature = i % 2 } };
            admission.Enter(request);
            router.Submit(request, new StopConditions(request, TestModel.With(FakeTokenizer.Bytes, 2000, NoiseModel.Vocabulary), 2000), new Nobody(), 0);
        }

        // Past 512 tokens each: arrays that double have doubled.
        Run(router, model, 530);
        long least = Math.Min(Run(router, model, Steps).Bytes, Run(router, model, Steps).Bytes);
        (TimeSpan scheduling, long bytes) = Run(router, model, Steps);
        Assert.Equal(0, Math.Min(least, bytes));
        output.WriteLine($"{scheduling.TotalMicroseconds / Steps:0.0} µs to schedule a step of {sequences} sequences");
    }

    /// <summary>Runs steps.</summary>
    /// <returns>What scheduling them took, and what scheduling and committing them allocated.</returns>
    private static (TimeSpan Scheduling, long Bytes) Run(Scheduler router, NoiseModel model, int steps)
    {
        long ticks = 0;
        long allocated = 0;
        for (int i = 0; i < steps; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            Step step = router.Schedule()!;
            ticks += Stopwatch.GetTimestamp() - start;
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            StepResult result = model.Run(step);
            before = GC.GetAllocatedBytesForCurrentThread();
            router.Commit(step, result);
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        return (Stopwatch.GetElapsedTime(0, ticks), allocated);
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
    private sealed class NoiseModel
    {
        public const int Vocabulary = 300;
        public const int PageCount = 5000;

        private readonly StepSampler _sampler = new(Vocabulary);
        private readonly float[] _logits = new float[512 * Vocabulary];

        public StepResult Run(Step step)
        {
            StepBatch batch = step.Batch;
            Memory<float> logits = _logits.AsMemory(0, batch.LogitRowCount * Vocabulary);
            for (int i = 0; i < logits.Length; i++)
            {
                uint hash = ((uint)i + ((uint)batch.Tokens[0] * 7919) + (uint)batch.Slices[0].Start) * 2654435761;
                logits.Span[i] = hash / (float)uint.MaxValue * 8;
            }

            return _sampler.Run(step, logits);
        }
    }
}
