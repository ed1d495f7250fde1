using OrleansInference.Compute;
using OrleansInference.Models;
using OrleansInference.Serving.Offload;
using OrleansInference.Serving.Pages;
using OrleansInference.Serving.Pipelines;
using OrleansInference.Serving.Routing;

namespace OrleansInference.Serving;

/// <summary>Serves many requests at a time: a <see cref="Router"/> and the stages of one model, on a thread of its own.</summary>
public sealed class BatchingInferenceService : IInferenceService
{
    private const long Epoch = 1;

    private static readonly TimeSpan IdleBeforeCheck = TimeSpan.FromSeconds(1);

    private readonly IStagedModel _staged;
    private readonly ServingOptions _options;
    private readonly TimeProvider _time;
    private readonly int _positions;
    private readonly Mailbox _mailbox = new();
    private readonly object _gate = new(); // no request is posted after the last message that ends the loop
    private readonly AdmissionControl _admission;
    private readonly EngineCounters _counters = new();
    private readonly Pipeline _pipeline;
    private readonly Router _router;
    private readonly OffloadStore? _store;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _defect;
    private bool _draining;
    private long _checkedSteps;

    /// <param name="model">The model.</param>
    /// <param name="staged">Computes its steps; belongs to the service from now on, which disposes it.</param>
    /// <param name="options">Bounds and weights.</param>
    /// <param name="time">The clock for deadlines and step times; the system's by default.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: an option is out of range, or the two models do not fit.</exception>
    public BatchingInferenceService(ServedModel model, IStagedModel staged, ServingOptions options, TimeProvider? time = null)
    {
        options.Validate();
        if (model.VocabularySize != staged.VocabularySize || model.VocabularySize > FixedPointSoftmax.MaxTokens)
        {
            string message = $"The model's vocabulary is {model.VocabularySize}; expected the executor's, {staged.VocabularySize}, and at most {FixedPointSoftmax.MaxTokens}.";
            InferenceException.Throw(ErrorCode.InvalidOption, message, nameof(model));
        }

        _staged = staged;
        _time = time ?? TimeProvider.System;
        _options = options;
        _positions = (int)Math.Min(Math.Min(model.ContextLength, staged.MaxPositions), (long)staged.PageCount * KvLayout.PageTokens);
        Model = model with { ContextLength = _positions };
        _admission = new AdmissionControl(options);
        _store = OffloadStore.Create(options, new PageContents(staged.Stages), _time);
        _pipeline = new Pipeline(staged, Epoch, _mailbox);
        int logitRows = Math.Min(staged.MaxLogitRows, options.LogitRows(model.VocabularySize));
        RouterLimits limits = new(staged.PageCount, _positions, staged.MaxStepTokens, logitRows, _pipeline.Depth, Epoch);
        _router = new Router(options, limits, _admission, new TenantRoots(model.Fingerprint).Of, _counters, _time, _store);
        new Thread(Run) { IsBackground = true, Name = "Inference engine" }.Start();
    }

    /// <summary>The model, its context as long as the positions and the pages allow.</summary>
    public ServedModel Model { get; }

    public ServiceStatus Status
    {
        get
        {
            string? reason = _defect ?? (_admission.Closed ? "The service is stopping." : null);
            ServiceStatus status = _counters.AddTo(new ServiceStatus(reason is null, reason) { PagesTotal = _staged.PageCount });
            return status with { Waiting = Math.Max(status.Waiting, _admission.Waiting) };
        }
    }

    public ValueTask<IGeneration> StartAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RequestValidator.Validate(request, _options, Model.VocabularySize, _positions);
        Generation generation = new(request, new StopConditions(request, Model, _positions), _mailbox, _time.GetTimestamp());
        lock (_gate)
        {
            _admission.Enter(request);
            _mailbox.Post(new Message(MessageKind.Submit, generation));
        }

        return ValueTask.FromResult<IGeneration>(generation);
    }

    /// <summary>Takes no more requests, and waits until those taken have ended.</summary>
    public Task DrainAsync(CancellationToken cancellationToken)
    {
        Close(MessageKind.Drain);
        return _ended.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Ends all requests with <see cref="ErrorCode.Unavailable"/> at the next step, and disposes the model's stages.</summary>
    public async ValueTask DisposeAsync()
    {
        Close(MessageKind.Abort);
        await _ended.Task;
    }

    private void Close(MessageKind kind)
    {
        lock (_gate)
        {
            _admission.Close();
            _mailbox.Post(new Message(kind));
        }
    }

    private void Run()
    {
        try
        {
            while (!_draining || _router.HasWork)
            {
                Queue<Message> messages = Receive();
                long begun = _time.GetTimestamp();
                Handle(messages);
                while (_router.Schedule() is { } step)
                {
                    _counters.RouterTook(_time.GetElapsedTime(begun));
                    _pipeline.Submit(step); // computes it, where the stages share their threads
                    begun = _time.GetTimestamp();
                }

                _counters.RouterTook(_time.GetElapsedTime(begun));
            }
        }
        catch (Exception error)
        {
            Fail(error);
        }

        End();
    }

    /// <summary>Waits for something to do, and checks the pages when nothing has come for a while.</summary>
    private Queue<Message> Receive()
    {
        if (!_router.HasWork && _checkedSteps != _counters.Steps)
        {
            Queue<Message> messages = _mailbox.Take(IdleBeforeCheck);
            if (messages.Count > 0)
            {
                return messages;
            }

            _checkedSteps = _counters.Steps;
            _router.Pages.IntegrityCheck();
        }

        return _mailbox.Take(Timeout.InfiniteTimeSpan);
    }

    private void Handle(Queue<Message> messages)
    {
        while (messages.TryDequeue(out Message message))
        {
            switch (message.Kind)
            {
                case MessageKind.Submit:
                    Submit(message.Generation!);
                    break;
                case MessageKind.Stop:
                    _router.Stop(message.Generation!.Routed!, message.Choice);
                    break;
                case MessageKind.Cancel:
                    _router.Cancel(message.Generation!.Routed!);
                    break;
                case MessageKind.Completed:
                    _router.Commit(message.Step!);
                    break;
                case MessageKind.Abort:
                    _draining = true;
                    _router.Abort(AdmissionControl.Stopping());
                    break;
                default:
                    _draining = true;
                    break;
            }
        }
    }

    private void Submit(Generation generation) =>
        generation.Routed = _router.Submit(generation.Request, generation.Stops, generation, generation.Arrived);

    /// <summary>A defect of the router's own: nothing it holds can be trusted any more.</summary>
    private void Fail(Exception error)
    {
        _defect = $"The engine failed: {error.Message}";
        InferenceException reason = new(ErrorCode.Internal, _defect, inner: error);
        _router.Abort(reason);
        Close(MessageKind.Abort);
        foreach (Message message in _mailbox.Take(TimeSpan.Zero))
        {
            if (message.Kind == MessageKind.Submit)
            {
                message.Generation!.Complete(reason);
            }
        }
    }

    private void End()
    {
        try
        {
            _pipeline.Dispose();
            _store?.Dispose();
            _staged.Dispose();
            _ended.TrySetResult();
        }
        catch (Exception error)
        {
            _ended.TrySetException(error);
        }
    }
}
