namespace OrleansInference.Bench.Load;

/// <summary>Figures of a run, for all tenants or for one.</summary>
/// <param name="TokensPerSecond">Tokens a second of answers that did not fail, by their arrival within the window.</param>
/// <param name="Requests">Number of requests that started within the window, including failed ones.</param>
/// <param name="Failed">Number of those that failed.</param>
/// <param name="TimeToFirstToken">Time from the scheduled moment of a request to the first chunk of its answer.</param>
/// <param name="InterToken">Gaps between an answer's chunks; a chunk of several tokens makes one gap, as a reader sees it.</param>
/// <param name="CachedTokenShare">Fraction of the prompts' tokens found in a cache; null if the server does not report it.</param>
internal sealed record LoadFigures(
    double TokensPerSecond, int Requests, int Failed, LatencyFigures TimeToFirstToken, LatencyFigures InterToken, double? CachedTokenShare)
{
    public static LoadFigures Of(IReadOnlyCollection<Answer> answers, MeasurementWindow window)
    {
        Answer[] good = [.. answers.Where(answer => answer.Failure is null)];
        Answer[] started = [.. good.Where(answer => window.Contains(answer.Started))];
        return new LoadFigures(
            good.Sum(answer => answer.Arrivals.Count(window.Contains) * answer.TokensPerArrival) / window.Seconds,
            answers.Count(answer => window.Contains(answer.Started)),
            answers.Count(answer => answer.Failure is not null && window.Contains(answer.Started)),
            LatencyFigures.Of(started.Select(answer => (answer.Arrivals[0] - answer.Started).TotalMilliseconds)),
            LatencyFigures.Of(good.SelectMany(answer => Gaps(answer, window))),
            Cached(started));
    }

    private static IEnumerable<double> Gaps(Answer answer, MeasurementWindow window)
    {
        for (int i = 1; i < answer.Arrivals.Count; i++)
        {
            if (window.Contains(answer.Arrivals[i]))
            {
                yield return (answer.Arrivals[i] - answer.Arrivals[i - 1]).TotalMilliseconds;
            }
        }
    }

    private static double? Cached(Answer[] answers)
    {
        TokenUsage[] told = [.. answers.Select(answer => answer.Usage).OfType<TokenUsage>().Where(usage => usage.CachedTokens is not null)];
        return told.Length > 0 ? told.Sum(usage => (double)usage.CachedTokens!) / Math.Max(told.Sum(usage => (double)usage.PromptTokens), 1) : null;
    }
}
