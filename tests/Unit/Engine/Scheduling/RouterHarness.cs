using System.Text;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Sampling;
using OrleansInference.Engine.Scheduling;
using OrleansInference.Engine.Steps;
using OrleansInference.Unit.Cluster.Hosting;

namespace OrleansInference.Unit.Engine.Scheduling;

/// <summary>Drives a router without threads: steps wait in a queue until the test runs them, and time passes as a cost function says.</summary>
internal sealed class RouterHarness : IDisposable
{
    private readonly Queue<Step> _inFlight = new();
    private readonly HashModel _model;
    private readonly int[] _endings = [1];

    public RouterHarness(HashModel model, ServingOptions? options = null, int depth = 1, Func<TimeProvider, IRequestObserver>? observer = null)
    {
        _model = model;
        Options = options ?? new();
        Limits = new SchedulerLimits(model.PageCount, model.PageCount * KvLayout.PageTokens, model.MaxStepTokens, model.MaxStepTokens, depth, HostPages: model.HostPages);
        Admission = new AdmissionControl(Options);
        Router = new Scheduler(Options, Limits, Admission, static group => PageRoot.Create("model", string.Empty, Encoding.UTF8.GetBytes(group)), Counters, Time) { Observer = observer?.Invoke(Time) };
    }

    public ServingOptions Options { get; }

    public SchedulerLimits Limits { get; }

    public AdmissionControl Admission { get; }

    public EngineCounters Counters { get; } = new();

    public ManualTime Time { get; } = new();

    public Scheduler Router { get; }

    /// <summary>Duration of a step, asked before the step runs.</summary>
    public Func<StepBatch, TimeSpan> Cost { get; set; } = static batch => TimeSpan.FromMilliseconds(10 + batch.RowCount);

    /// <summary>Called with each step as it is scheduled.</summary>
    public Action<Step> Scheduled { get; set; } = static _ => { };

    public EngineFigures Figures => Counters.Read();

    public RecordingSink Submit(GenerationRequest request)
    {
        Admission.Enter(request);
        RecordingSink sink = new(request, Time);
        sink.Routed = Router.Submit(request, new StopConditions(request, Model(), Limits.Positions), sink, Time.GetTimestamp());
        return sink;
    }

    /// <summary>Schedules what can be scheduled.</summary>
    public void Fill()
    {
        bool idle = Router.InFlight == 0 && Router.HasWork;
        while (Router.Schedule() is { } step)
        {
            idle = false;
            _inFlight.Enqueue(step);
            Scheduled(step);
        }

        Assert.False(idle && Router.HasWork, "no step was formed while work waits");
        Assert.True(Router.InFlight == _inFlight.Count);
    }

    /// <summary>Runs the oldest step under way and commits it.</summary>
    public void RunOne()
    {
        if (_inFlight.TryDequeue(out Step? step))
        {
            Time.Advance(Cost(step.Batch));
            Router.Commit(step, Run(step));
        }
    }

    public void RunAll(int most = 100_000)
    {
        for (int i = 0; Router.HasWork; i++)
        {
            Assert.True(i < most, "the router does not come to an end");
            Fill();
            RunOne();
        }

        AssertIdle();
    }

    public void AssertIdle()
    {
        Assert.Equal(0, Router.Pages.Statistics.InUse);
        Assert.Equal((0, 0, 0), (Figures.Running, Figures.Waiting, Figures.PagesInUse));
        Assert.Equal(0, Admission.Waiting);
        Assert.Empty(Router.Tenants.Active);
        Router.Pages.IntegrityCheck();
    }

    /// <summary>The tokens that the model gives for a choice by definition.</summary>
    public int[] Expected(GenerationRequest request, int choice = 0)
    {
        int[] endings = request.IgnoreEos ? [.. request.StopTokens] : [.. _endings, .. request.StopTokens];
        List<int> log = [.. request.Prompt.Span];
        SequenceSampling sampling = new(request, choice, endings);
        Sampler sampler = new(_model.VocabularySize);
        while (sampling.Generated < request.MaxTokens && log.Count < Limits.Positions && (sampling.Generated == 0 || !endings.Contains(log[^1])))
        {
            float[] logits = HashModel.Logits(log, _model.VocabularySize, _model.Layers);
            int token = sampler.Sample(logits, sampling, log.Count, new TokenLogProb[request.Sampling.LogProbs ?? 0]).Token;
            sampling.Append(token);
            log.Add(token);
        }

        return [.. log.Skip(request.Prompt.Length)];
    }

    public void Dispose() => _model.Dispose();

    private StepResult Run(Step step)
    {
        try
        {
            return _model.Run(step);
        }
        catch (InvalidOperationException error)
        {
            return StepResult.Failed(step, error);
        }
    }

    private ServedModel Model() => TestModel.With(FakeTokenizer.Bytes, Limits.Positions, _model.VocabularySize, _endings);
}
