using OrleansInference.Engine.Requests;

namespace OrleansInference.Api.Generation;

/// <summary>What is measured of one request to generate.</summary>
internal sealed class RequestMetrics(ApiMetrics metrics, TimeProvider time)
{
    private readonly long _startedAt = time.GetTimestamp();
    private long _firstTokenAt;

    /// <summary>A token of <paramref name="choice"/> came.</summary>
    public void Token(Choice choice)
    {
        long now = time.GetTimestamp();
        if (choice.LastTokenAt != 0)
            metrics.InterToken.Record(time.GetElapsedTime(choice.LastTokenAt, now).TotalSeconds);
        else if (Interlocked.CompareExchange(ref _firstTokenAt, now, 0) == 0)
            metrics.TimeToFirstToken.Record(time.GetElapsedTime(_startedAt, now).TotalSeconds);
        choice.LastTokenAt = now;
    }

    /// <summary>The request was answered completely.</summary>
    public void End(RequestRun run)
    {
        Usage usage = run.Usage();
        metrics.EndToEnd.Record(time.GetElapsedTime(_startedAt).TotalSeconds);
        metrics.PromptTokensPerRequest.Record(usage.PromptTokens);
        metrics.GeneratedTokensPerRequest.Record(usage.CompletionTokens);
        foreach (Choice choice in run.Choices)
        {
            metrics.Finished.Add(1, new KeyValuePair<string, object?>("finished_reason", choice.Finish is FinishReason.Length ? "length" : "stop"));
        }
    }
}
