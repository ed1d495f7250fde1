namespace OrleansInference.Bench.Load;

/// <summary>
/// Load with a fixed number of streams, each of which sends its next request when the last one has ended. For the warm-up each stream has one answer, of evenly
/// distributed lengths, so that the streams are not synchronized. The measurement lasts until its time is over and each stream has completed one request that
/// started in it. The loop waits for requests in flight at the end.
/// </summary>
internal sealed class ClosedLoop
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(200);

    private readonly LoadRun _run;
    private readonly IPromptSource? _arrivals;
    private readonly int[] _tenants;
    private readonly CancellationToken _cancellationToken;
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource[] _measured;

    private ClosedLoop(LoadRun run, IPromptSource? arrivals, CancellationToken cancellationToken)
    {
        _arrivals = arrivals;
        _run = run;
        _cancellationToken = cancellationToken;
        _tenants = [.. run.Settings.Streams.SelectMany((streams, tenant) => Enumerable.Repeat(tenant, streams))];
        _measured = [.. _tenants.Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];
    }

    /// <param name="run">Requests of the run.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    /// <param name="arrivals">Prompts that arrive in addition to the streams; null for none.</param>
    /// <exception cref="InferenceException">Every request of the warm-up failed.</exception>
    public static Task<MeasurementWindow> RunAsync(LoadRun run, CancellationToken cancellationToken, IPromptSource? arrivals = null) =>
        new ClosedLoop(run, arrivals, cancellationToken).RunAsync();

    private async Task<MeasurementWindow> RunAsync()
    {
        Task<Answer>[] warmUp = [.. _tenants.Select(WarmUpAsync)];
        Task streams = Task.WhenAll(warmUp.Select(GoOnAsync));
        try
        {
            Answer[] first = await Task.WhenAll(warmUp);
            if (first.All(answer => answer.Failure is not null))
            {
                InferenceException.Throw(ErrorCode.Unavailable, $"{_run.Settings.Url} failed every request, {first[0].Failure!.Kind}: {first[0].Failure!.Message}");
            }

            TimeSpan from = _run.Clock.Now;
            _opened.SetResult();
            Task arrivals = ArriveAsync(from);
            await _run.Clock.DelayUntilAsync(from + _run.Settings.Duration, _cancellationToken);
            await Task.WhenAny(streams, Task.WhenAll(_measured.Select(stream => stream.Task)));
            _closed.SetResult();
            TimeSpan to = _run.Clock.Now;
            await streams;
            await arrivals;
            return new MeasurementWindow(from, to);
        }
        finally
        {
            _closed.TrySetResult();
        }
    }

    private bool Whole(Answer answer) => answer.Turn == 0 || answer.Turn == _run.Settings.Turns;

    private Task<Answer> WarmUpAsync(int tenant, int stream)
    {
        long tokens = (long)_run.Settings.GenerateTokens * (stream + 1) / _tenants.Length;
        return _run.AskAsync(tenant, (int)Math.Max(tokens, 1), _run.Clock.Now, _cancellationToken);
    }

    /// <summary>Sends long prompts in addition to the streams, at even intervals, until no more requests are started.</summary>
    private async Task ArriveAsync(TimeSpan from)
    {
        if (_arrivals is null)
        {
            return;
        }

        List<Task> requests = [];
        for (TimeSpan next = from + (_run.Settings.ArrivalInterval / 2); !_closed.Task.IsCompleted; next += _run.Settings.ArrivalInterval)
        {
            await Task.WhenAny(_closed.Task, _run.Clock.DelayUntilAsync(next, _cancellationToken));
            if (!_closed.Task.IsCompleted)
            {
                requests.Add(_run.ArriveAsync(_arrivals, next, _cancellationToken));
            }
        }

        await Task.WhenAll(requests);
    }

    private async Task GoOnAsync(Task<Answer> warmUp, int stream)
    {
        Answer last = await warmUp;
        Dialogue? dialogue = null;
        while (!_closed.Task.IsCompleted)
        {
            if (last.Failure is not null)
            {
                await Task.WhenAny(_closed.Task, _run.Clock.DelayUntilAsync(_run.Clock.Now + PauseAfterFailure, _cancellationToken));
                if (_closed.Task.IsCompleted)
                {
                    return;
                }
            }

            dialogue ??= _run.Settings.Turns > 1 ? new Dialogue(_run.Settings.Turns, _run.Settings.PromptTokens) : null;
            bool measured = _opened.Task.IsCompleted;
            last = await _run.AskAsync(_tenants[stream], _run.Settings.GenerateTokens, _run.Clock.Now, _cancellationToken, dialogue);
            if (measured && Whole(last))
            {
                _measured[stream].TrySetResult();
            }
        }
    }
}
