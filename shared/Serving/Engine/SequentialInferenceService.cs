using OrleansInference.Compute;
using OrleansInference.Models;

namespace OrleansInference.Serving;

/// <summary>
/// Serves one sequence after another on a thread of its own. What a sequence, a stop condition and a commit are is shared with the batching router; only the
/// choice of what a step computes lives here. With one sequence at a time a page table is the pool itself, from page 0 on.
/// </summary>
public sealed class SequentialInferenceService : IInferenceService
{
    /// <summary>Logits that one step gives at most when all rows are wanted; bounds memory for wide vocabularies.</summary>
    private const int MaxLogits = 1 << 22;

    private readonly IModelExecutor _executor;
    private readonly ServingOptions _options;
    private readonly TimeProvider _time;
    private readonly WaitingRequests _waiting;
    private readonly EngineCounters _counters = new();
    private readonly TokenCommitter _committer;
    private readonly StepBatch _batch = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int[] _pages;
    private readonly int _positions;
    private float[] _logits;
    private volatile bool _aborting;
    private volatile RunningSequence? _running;

    /// <param name="model">The model.</param>
    /// <param name="executor">Computes its steps; belongs to the service from now on, which disposes it.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="time">The clock for deadlines; the system's by default.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: an option is out of range, or model and executor do not fit.</exception>
    public SequentialInferenceService(ServedModel model, IModelExecutor executor, ServingOptions options, TimeProvider? time = null)
    {
        options.Validate();
        if (model.VocabularySize != executor.VocabularySize || model.VocabularySize > FixedPointSoftmax.MaxTokens)
        {
            string message = $"The model's vocabulary is {model.VocabularySize}; expected the executor's, {executor.VocabularySize}, and at most {FixedPointSoftmax.MaxTokens}.";
            InferenceException.Throw(ErrorCode.InvalidOption, message, nameof(model));
        }

        _executor = executor;
        _options = options;
        _time = time ?? TimeProvider.System;
        _waiting = new WaitingRequests(options.MaxWaitingRequests);
        _committer = new TokenCommitter(new Sampler(model.VocabularySize), _counters);
        _pages = [.. Enumerable.Range(0, executor.PageCount)];
        _positions = (int)Math.Min(Math.Min(model.ContextLength, executor.MaxPositions), (long)executor.PageCount * KvLayout.PageTokens);
        Model = model with { ContextLength = _positions };
        _logits = new float[model.VocabularySize];
        new Thread(Run) { IsBackground = true, Name = "Inference engine" }.Start();
    }

    /// <summary>The model, its context as long as the executor's positions and pages allow.</summary>
    public ServedModel Model { get; }

    public ServiceStatus Status
    {
        get
        {
            bool closed = _waiting.Closed;
            RunningSequence? running = _running;
            ServiceStatus status = new(!closed, closed ? "The service is stopping." : null)
            {
                Running = running is null ? 0 : 1,
                Waiting = _waiting.Sequences + (running is null ? 0 : running.Generation.Request.Choices - running.Choice - 1),
                PagesInUse = running is null ? 0 : KvLayout.PagesFor(running.Computed),
                PagesTotal = _pages.Length,
            };
            return _counters.AddTo(status);
        }
    }

    public ValueTask<IGeneration> StartAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RequestValidator.Validate(request, _options, Model.VocabularySize, _positions);
        Generation generation = new(request, _time);
        _waiting.Add(generation);
        return ValueTask.FromResult<IGeneration>(generation);
    }

    /// <summary>Takes no more requests, and waits until those taken have ended.</summary>
    public Task DrainAsync(CancellationToken cancellationToken)
    {
        _waiting.Close(refuseWaiting: false);
        return _ended.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Ends all requests with <see cref="ErrorCode.Unavailable"/>, the running one at its next step, and disposes the executor.</summary>
    public async ValueTask DisposeAsync()
    {
        _aborting = true;
        _waiting.Close(refuseWaiting: true);
        await _ended.Task;
    }

    private void Run()
    {
        while (_waiting.Take(out Generation? generation))
        {
            long started = _time.GetTimestamp();
            Serve(generation);
            _waiting.Served(_time.GetElapsedTime(started));
        }

        try
        {
            _executor.Dispose();
            _ended.SetResult();
        }
        catch (Exception error)
        {
            _ended.SetException(error);
        }
    }

    /// <summary>Whatever goes wrong in a request's steps is that request's failure, and reaches its reader; the service goes on.</summary>
    private void Serve(Generation generation)
    {
        Exception? failure = null;
        try
        {
            StopConditions stops = new(generation.Request, Model, _positions);
            int inPages = 0;
            for (int choice = 0; choice < generation.Request.Choices && !generation.Left; choice++)
            {
                RunningSequence sequence = new(generation, choice, stops);
                sequence.Reuse(inPages);
                Serve(sequence);

                // The next choice finds the prompt in the pages; the prompt's last token alone is computed again, for its logits.
                inPages = Math.Min(sequence.Computed, sequence.PromptLength - 1);
            }
        }
        catch (InferenceException error)
        {
            failure = error;
        }
        catch (Exception error)
        {
            string message = $"Computing request '{generation.Request.RequestId}' failed: {error.Message}";
            failure = new InferenceException(error is OutOfMemoryException ? ErrorCode.OutOfMemory : ErrorCode.Internal, message, inner: error);
        }

        _running = null;
        generation.Complete(failure);
    }

    private void Serve(RunningSequence sequence)
    {
        _running = sequence;
        while (sequence.Finish == FinishReason.None && !sequence.Generation.Left && !sequence.Generation.IsStopped(sequence.Choice))
        {
            if (_aborting)
            {
                throw WaitingRequests.Stopping();
            }

            Step(sequence);
            _waiting.Sweep();
        }
    }

    private void Step(RunningSequence sequence)
    {
        int start = sequence.Computed;
        bool all = sequence.RowsFor(1) == LogitRows.All;
        int most = all ? Math.Clamp(MaxLogits / Model.VocabularySize, 1, _options.MaxPrefillTokens) : _options.MaxPrefillTokens;
        ReadOnlySpan<int> tokens = sequence.NextTokens(most);
        _batch.Clear();
        _batch.Add(tokens, start, _pages.AsSpan(0, KvLayout.PagesFor(start + tokens.Length)), sequence.RowsFor(tokens.Length));
        Span<float> logits = Logits(_batch.LogitRowCount);
        _executor.Execute(_batch, logits);
        _counters.Step(start < sequence.PromptLength ? tokens.Length : 0);
        if (all)
        {
            _committer.CommitPrompt(sequence, start, logits, Model.VocabularySize);
        }

        if (sequence.Advance(tokens.Length))
        {
            _committer.Commit(sequence, logits[^Model.VocabularySize..]);
        }
    }

    private Span<float> Logits(int rows)
    {
        int length = rows * Model.VocabularySize;
        if (_logits.Length < length)
        {
            _logits = new float[length];
        }

        return _logits.AsSpan(0, length);
    }
}
