using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Engine.Scheduling;

/// <summary>Counts the engine's work. Written by the router's thread, read by any.</summary>
public sealed class EngineCounters
{
    private long _steps;
    private long _stepTicks;
    private long _routerTicks;
    private long _promptTokens;
    private long _cachedTokens;
    private long _queriedTokens;
    private long _generatedTokens;
    private long _guessedTokens;
    private long _acceptedTokens;
    private long _preemptions;
    private int _running;
    private int _waiting;
    private int _pagesInUse;
    private int _pagesCached;
    private int _pagesOffloaded;
    private long _offloadedPages;
    private long _restoredPages;

    public long Steps => Interlocked.Read(ref _steps);

    public void Step() => Interlocked.Increment(ref _steps);

    /// <summary>Adds the time of a step from its forming to its return.</summary>
    internal void StepTook(TimeSpan time) => Interlocked.Add(ref _stepTicks, time.Ticks);

    /// <summary>Adds time in which the router worked on messages, commits and the next steps.</summary>
    public void RouterTook(TimeSpan time) => Interlocked.Add(ref _routerTicks, time.Ticks);

    public void Computed(int promptTokens, int generatedTokens)
    {
        Interlocked.Add(ref _promptTokens, promptTokens);
        Interlocked.Add(ref _generatedTokens, generatedTokens);
    }

    /// <summary>Tokens of a sequence that begins were looked up in the prefix cache.</summary>
    /// <param name="queried">How many.</param>
    /// <param name="found">How many of them were there.</param>
    internal void LookedUp(int queried, int found)
    {
        Interlocked.Add(ref _queriedTokens, queried);
        Interlocked.Add(ref _cachedTokens, found);
    }

    internal void Guessed(int tokens, int accepted)
    {
        Interlocked.Add(ref _guessedTokens, tokens);
        Interlocked.Add(ref _acceptedTokens, accepted);
    }

    internal void Preempted() => Interlocked.Increment(ref _preemptions);

    /// <summary>Sets the current numbers of sequences and pages.</summary>
    public void Now(int running, int waiting, in PageStatistics pages)
    {
        Volatile.Write(ref _running, running);
        Volatile.Write(ref _waiting, waiting);
        Volatile.Write(ref _pagesInUse, pages.InUse);
        Volatile.Write(ref _pagesCached, pages.Cached);
        Volatile.Write(ref _pagesOffloaded, pages.HostSlotsUsed);
        Volatile.Write(ref _offloadedPages, pages.Saves);
        Volatile.Write(ref _restoredPages, pages.Restores);
    }

    public ServiceStatus AddTo(ServiceStatus status) => status with
    {
        Running = Volatile.Read(ref _running),
        Waiting = Volatile.Read(ref _waiting),
        PagesInUse = Volatile.Read(ref _pagesInUse),
        PagesCached = Volatile.Read(ref _pagesCached),
        PagesOffloaded = Volatile.Read(ref _pagesOffloaded),
        OffloadedPages = Volatile.Read(ref _offloadedPages),
        RestoredPages = Volatile.Read(ref _restoredPages),
        Steps = Interlocked.Read(ref _steps),
        StepTime = new TimeSpan(Interlocked.Read(ref _stepTicks)),
        RouterTime = new TimeSpan(Interlocked.Read(ref _routerTicks)),
        PromptTokens = Interlocked.Read(ref _promptTokens),
        CachedPromptTokens = Interlocked.Read(ref _cachedTokens),
        QueriedPromptTokens = Interlocked.Read(ref _queriedTokens),
        GeneratedTokens = Interlocked.Read(ref _generatedTokens),
        GuessedTokens = Interlocked.Read(ref _guessedTokens),
        AcceptedTokens = Interlocked.Read(ref _acceptedTokens),
        Preemptions = Interlocked.Read(ref _preemptions),
    };
}
