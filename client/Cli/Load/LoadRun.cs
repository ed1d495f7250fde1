namespace OrleansInference.Cli.Load;

/// <summary>What the load patterns have in common: each request with a prompt of its own, and every answer kept.</summary>
internal sealed class LoadRun(ILoadTarget target, RequestShape shape, IPromptSource prompts, LoadSettings settings, LoadClock clock)
{
    private readonly Lock _lock = new();
    private readonly List<Answer> _answers = [];
    private readonly Random _random = new(settings.Seed);

    public LoadSettings Settings => settings;

    public LoadClock Clock => clock;

    public IReadOnlyList<Answer> Answers => _answers;

    /// <param name="started">When the request was meant to be sent.</param>
    public async Task<Answer> AskAsync(int tenant, int generate, TimeSpan started, CancellationToken cancellationToken)
    {
        Random random;
        lock (_lock)
        {
            random = new Random(_random.Next());
        }

        Answer answer = await target.AskAsync(shape, prompts.Next(random), generate, tenant, started, cancellationToken);
        lock (_lock)
        {
            _answers.Add(answer);
        }

        return answer;
    }
}
