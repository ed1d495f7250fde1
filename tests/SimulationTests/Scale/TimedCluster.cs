using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Scheduling;
using OrleansInference.Simulation.Scale;

namespace OrleansInference.SimulationTests.Scale;

/// <summary>One router over stages that take a time, and streams of tenants.</summary>
internal sealed class TimedCluster
{
    private static readonly ServedModel Model = new()
    {
        Id = "timed",
        Created = default,
        ContextLength = 1 << 20,
        VocabularySize = 1 << 30,
        EndOfSequence = [],
        Fingerprint = "timed",
    };

    private readonly VirtualClock _clock = new();
    private readonly Scheduler _router;
    private readonly AdmissionControl _admission;
    private readonly TimedPipeline _pipeline;
    private readonly long _start;

    public TimedCluster(ServingOptions options, int stages, Func<StepShape, double> time, int pages = 20_000)
    {
        _start = _clock.GetTimestamp();
        _admission = new AdmissionControl(options);
        SchedulerLimits limits = new(pages, pages * 16, 2048, 2048, stages);
        _router = new Scheduler(options, limits, _admission, static tenant => new PageRoot((ulong)tenant[0], 0, 0, 0), new EngineCounters(), _clock);
        _pipeline = new TimedPipeline(
            _router, _clock, [.. Enumerable.Repeat<Func<StepShape, double>>(shape => time(shape) / stages, stages)], [.. Enumerable.Repeat<Func<int, double>>(static _ => 0, stages)]);
    }

    public double Now => (_clock.GetTimestamp() - _start) / (double)TimeSpan.TicksPerSecond;

    /// <summary>Lets time pass; streams ask again whenever they have an answer.</summary>
    public void Run(IReadOnlyList<TimedStream> streams, double until)
    {
        while (Now < until)
        {
            foreach (TimedStream stream in streams)
            {
                if (!stream.Waits && Now >= stream.Asks)
                {
                    Ask(stream);
                }
            }

            if (!streams.Any(static stream => stream.Waits))
            {
                _clock.GoTo(_start + (long)Math.Ceiling(streams.Min(static stream => stream.Asks) * TimeSpan.TicksPerSecond));
                continue;
            }

            _pipeline.Fill();
            _pipeline.Complete();
            foreach (TimedStream stream in streams)
            {
                stream.Note(Now);
            }
        }
    }

    private void Ask(TimedStream stream)
    {
        GenerationRequest request = stream.Ask();
        _admission.Enter(request);
        stream.Routed = _router.Submit(request, new StopConditions(request, Model, 1 << 20), stream, _clock.GetTimestamp());
    }
}
