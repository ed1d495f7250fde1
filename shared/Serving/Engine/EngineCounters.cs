namespace OrleansInference.Serving;

/// <summary>What the engine has done so far: written by its thread, read by any.</summary>
internal sealed class EngineCounters
{
    private long _steps;
    private long _promptTokens;
    private long _cachedTokens;
    private long _generatedTokens;
    private long _guessedTokens;
    private long _acceptedTokens;
    private long _preemptions;
    private int _running;
    private int _waiting;
    private int _pagesInUse;

    public long Steps => Interlocked.Read(ref _steps);

    public void Step() => Interlocked.Increment(ref _steps);

    public void Computed(int promptTokens, int generatedTokens)
    {
        Interlocked.Add(ref _promptTokens, promptTokens);
        Interlocked.Add(ref _generatedTokens, generatedTokens);
    }

    public void Cached(int promptTokens) => Interlocked.Add(ref _cachedTokens, promptTokens);

    public void Guessed(int tokens, int accepted)
    {
        Interlocked.Add(ref _guessedTokens, tokens);
        Interlocked.Add(ref _acceptedTokens, accepted);
    }

    public void Preempted() => Interlocked.Increment(ref _preemptions);

    /// <summary>What is going on now.</summary>
    public void Now(int running, int waiting, int pagesInUse)
    {
        Volatile.Write(ref _running, running);
        Volatile.Write(ref _waiting, waiting);
        Volatile.Write(ref _pagesInUse, pagesInUse);
    }

    public ServiceStatus AddTo(ServiceStatus status) => status with
    {
        Running = Volatile.Read(ref _running),
        Waiting = Volatile.Read(ref _waiting),
        PagesInUse = Volatile.Read(ref _pagesInUse),
        Steps = Interlocked.Read(ref _steps),
        PromptTokens = Interlocked.Read(ref _promptTokens),
        CachedPromptTokens = Interlocked.Read(ref _cachedTokens),
        GeneratedTokens = Interlocked.Read(ref _generatedTokens),
        GuessedTokens = Interlocked.Read(ref _guessedTokens),
        AcceptedTokens = Interlocked.Read(ref _acceptedTokens),
        Preemptions = Interlocked.Read(ref _preemptions),
    };
}
