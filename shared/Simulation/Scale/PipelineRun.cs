using System.Diagnostics;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Scheduling;
using OrleansInference.Simulation.Kernel;

namespace OrleansInference.Simulation.Scale;

/// <summary>Pipeline with its router, its pages and its sessions, from a start in a steady state to the end of the measurement.</summary>
internal sealed class PipelineRun
{
    private const int MostPages = 4_000_000; // of the accounts, which use this process's memory
    private const int MaxPrefillTokens = 2048;
    private const double Longest = 6; // times the average

    private static readonly PageRoot Root = new(1, 2, 3, 4);

    private static readonly ServedModel Model = new()
    {
        Id = "scale",
        Created = default,
        ContextLength = int.MaxValue,
        VocabularySize = 1 << 30,
        EndOfSequence = [],
        Fingerprint = "scale",
    };

    private readonly ScaleOptions _options;
    private readonly VirtualClock _clock = new();
    private readonly PriorityQueue<Conversation, (double Time, int Order)> _turns = new();
    private readonly AdmissionControl _admission;
    private readonly Scheduler _router;
    private readonly TimedPipeline _pipeline;
    private readonly int _positions;
    private readonly int _sessions;
    private readonly long _start;
    private SeededRandom _random;
    private int _order;
    private bool _measures;

    public PipelineRun(ScaleOptions options, ScaleModel model, ScaleStage[] stages, int sessions, SeededRandom random)
    {
        _options = options;
        _random = random;
        _sessions = sessions;
        _start = _clock.GetTimestamp();
        StageClock[] clocks = [.. stages.Select(stage => new StageClock(stage, model))];
        long longest = (2L * options.Context) + (long)(Longest * (options.Prompt + options.Generate)) + 2;
        int pages = (int)Math.Min(clocks.Min(static clock => clock.Pages), MostPages);
        _positions = (int)Math.Min(longest, (long)pages * Compute.KvLayout.PageTokens);
        if (_positions < longest)
        {
            InferenceException.Throw(ErrorCode.OutOfMemory, $"--scale: a conversation of {longest} tokens does not fit into the {pages} pages that a pipeline has in addition to its weights.", "--scale:memory");
        }

        double slots = options.HostGigabytes * 1e9 * stages.Length / clocks.Sum(static clock => clock.PageBytes);
        int running = Math.Min(65_536, 4 * options.Batch * stages.Length);
        ServingOptions serving = new()
        {
            Speculation = false,
            MaxRunningSequences = running,
            MaxPrefillTokens = MaxPrefillTokens,
            MaxWaitingRequests = 1_000_000,
            MaxWaitingTokens = 1_000_000_000,
            InterTokenTarget = TimeSpan.FromMilliseconds(options.TargetMilliseconds),
        };
        _admission = new AdmissionControl(serving);
        SchedulerLimits limits = new(pages, _positions, 8192, 4096, stages.Length, HostPages: (int)Math.Min(slots, MostPages));
        _router = new Scheduler(serving, limits, _admission, static _ => Root, new EngineCounters(), _clock);
        _pipeline = new TimedPipeline(_router, _clock, [.. clocks.Select(static clock => (Func<StepShape, double>)clock.Seconds)], [.. Hops(stages, model)]);
    }

    public double Now => (_clock.GetTimestamp() - _start) / (double)TimeSpan.TicksPerSecond;

    public PipelineFigures Figures { get; } = new();

    /// <summary>Draws an integer of at least 1 with a given average, most below it and few far above.</summary>
    public static int Draw(ref SeededRandom random, int average) =>
        1 + (int)Math.Min(-Math.Log(1 - random.Unit()) * (average - 1), Longest * average);

    public PipelineFigures Run()
    {
        Begin();
        double end = _options.Warmup + _options.Seconds;
        Go(_options.Warmup);
        double[] busy = [.. _pipeline.Busy];
        long steps = _pipeline.Steps;
        long started = Stopwatch.GetTimestamp();
        _measures = true;
        Go(end);
        Figures.Steps = _pipeline.Steps - steps;
        Figures.RouterSeconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Figures.Busy = [.. _pipeline.Busy.Zip(busy, (after, before) => Math.Min(1, (after - before) / _options.Seconds))];
        Figures.Pages = _router.Pages.Statistics;
        Figures.Running = [.. _router.Running.Select(static sequence => sequence.Computed)];
        Figures.Waiting = _admission.Waiting;
        Figures.Sessions = _sessions;
        return Figures;
    }

    public void First(double seconds, int prompt, int cached)
    {
        if (_measures)
        {
            Figures.FirstToken.Add(seconds);
            Figures.Tokens++;
            Figures.PromptTokens += prompt;
            Figures.CachedTokens += cached;
        }
    }

    public void Next(double seconds)
    {
        if (_measures)
        {
            Figures.InterToken.Add(seconds);
            Figures.Tokens++;
        }
    }

    /// <summary>Schedules the next turn, independently of the time of the last one.</summary>
    public void Ended(Conversation conversation) => Enqueue(conversation, Now - (Math.Log(1 - _random.Unit()) * _options.Think));

    /// <summary>Sets up sessions that have existed for long: the pages of their last turns are on the device and the host, as far as there is room.</summary>
    private void Begin()
    {
        List<Conversation> known = [];
        for (int i = 0; i < _sessions; i++)
        {
            Conversation conversation = new(this, _random.Next());
            conversation.Begin((int)(_random.Unit() * 2 * _options.Context));
            known.Add(conversation);
            Ended(conversation);
        }

        long room = _router.Pages.PageCount + (long)_router.Pages.Statistics.HostSlots;
        int first = known.Count;
        while (first > 0 && room > 0)
        {
            room -= known[--first].Length / Compute.KvLayout.PageTokens;
        }

        int[] tokens = new int[_positions];
        foreach (Conversation conversation in known.Skip(first).Where(static conversation => conversation.Length > 0))
        {
            Span<int> log = tokens.AsSpan(0, conversation.Length);
            conversation.CopyTo(log);
            SequencePages pages = new();
            _router.Pages.Begin(pages, Root, log);
            if (_router.Pages.TryReserve(pages, log.Length))
            {
                _router.Pages.Commit(pages, log);
            }

            _router.Pages.Release(pages);
        }
    }

    private void Go(double end)
    {
        while (true)
        {
            _pipeline.Fill();
            double next = _turns.TryPeek(out _, out var turn) ? turn.Time : double.PositiveInfinity;
            double done = _pipeline.Next == long.MaxValue ? double.PositiveInfinity : (_pipeline.Next - _start) / (double)TimeSpan.TicksPerSecond;
            if (Math.Min(next, done) >= end)
            {
                return;
            }

            if (done <= next)
            {
                _pipeline.Complete();
            }
            else
            {
                _clock.GoTo(_start + (long)(next * TimeSpan.TicksPerSecond));
                Ask(_turns.Dequeue());
            }
        }
    }

    private void Ask(Conversation conversation)
    {
        GenerationRequest request = conversation.Ask(_options, ref _random);
        _admission.Enter(request);
        _router.Submit(request, new StopConditions(request, Model, _positions), conversation, _clock.GetTimestamp());
    }

    private void Enqueue(Conversation conversation, double time) => _turns.Enqueue(conversation, (time, _order++));

    private IEnumerable<Func<int, double>> Hops(ScaleStage[] stages, ScaleModel model)
    {
        double latency = _options.LatencyMicroseconds * 1e-6;
        double perRow = model.Cost.ActivationBytesPerToken / (_options.Link * 1e9);
        for (int stage = 0; stage < stages.Length; stage++)
        {
            bool near = stage + 1 < stages.Length && stages[stage].Device.Node == stages[stage + 1].Device.Node;
            yield return stage + 1 == stages.Length ? _ => latency : near ? static _ => 0 : rows => latency + (rows * perRow);
        }
    }
}
