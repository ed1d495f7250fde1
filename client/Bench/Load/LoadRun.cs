namespace OrleansInference.Bench.Load;

/// <summary>Common part of the load patterns: gives each request its own prompt, and keeps every answer.</summary>
internal sealed class LoadRun(ILoadTarget target, RequestShape shape, IPromptSource prompts, LoadSettings settings, LoadClock clock)
{
    private readonly Lock _lock = new();
    private readonly List<Answer> _answers = [];
    private readonly Random _random = new(settings.Seed);
    private TimeSpan _longest = TimeSpan.FromSeconds(1);

    public LoadSettings Settings => settings;

    public LoadClock Clock => clock;

    public IReadOnlyList<Answer> Answers => _answers;

    /// <param name="started">Scheduled time of the request.</param>
    /// <param name="dialogue">Conversation that the request continues; null for none.</param>
    public async Task<Answer> AskAsync(int tenant, int generate, TimeSpan started, CancellationToken cancellationToken, Dialogue? dialogue = null)
    {
        Random random = Draw();
        JsonNode prompt = dialogue is null ? prompts.Next(random) : dialogue.Next(prompts, random);
        if (settings.Vary)
        {
            prompt = PromptLength.Shorten(prompt, random);
            generate = random.Next(1, generate + 1);
        }

        Answer answer = random.NextDouble() < settings.CancelShare
            ? await BreakOffAsync(prompt, generate, tenant, started, random.NextDouble(), cancellationToken)
            : await target.AskAsync(shape, prompt, generate, tenant, started, cancellationToken);
        dialogue?.Take(answer);
        return Keep(answer with { Turn = dialogue?.Turn ?? 0 });
    }

    /// <summary>Sends one of the requests that arrive in addition to the streams.</summary>
    public async Task<Answer> ArriveAsync(IPromptSource longer, TimeSpan started, CancellationToken cancellationToken) =>
        Keep(await target.AskAsync(shape, longer.Next(Draw()), 1, 0, started, cancellationToken) with { Arrived = true });

    /// <summary>Cancels a request at a random moment between its start and its estimated end.</summary>
    private async Task<Answer> BreakOffAsync(JsonNode prompt, int generate, int tenant, TimeSpan started, double moment, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(moment * _longest.TotalSeconds));
        try
        {
            return await target.AskAsync(shape, prompt, generate, tenant, started, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Answer { Tenant = tenant, Started = started, Cancelled = true };
        }
    }

    private Random Draw()
    {
        lock (_lock)
        {
            return new Random(_random.Next());
        }
    }

    private Answer Keep(Answer answer)
    {
        lock (_lock)
        {
            _answers.Add(answer);
            if (!answer.Cancelled && clock.Now - answer.Started is var took && took > _longest)
            {
                _longest = took;
            }
        }

        return answer;
    }
}
