namespace OrleansInference.Serving;

/// <summary>What the engine has done so far: written by its thread, read by any.</summary>
internal sealed class EngineCounters
{
    private long _steps;
    private long _promptTokens;
    private long _generatedTokens;

    public void Step(int promptTokens)
    {
        Interlocked.Increment(ref _steps);
        Interlocked.Add(ref _promptTokens, promptTokens);
    }

    public void Generated() => Interlocked.Increment(ref _generatedTokens);

    public ServiceStatus AddTo(ServiceStatus status) => status with
    {
        Steps = Interlocked.Read(ref _steps),
        PromptTokens = Interlocked.Read(ref _promptTokens),
        GeneratedTokens = Interlocked.Read(ref _generatedTokens),
    };
}
