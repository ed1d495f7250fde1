namespace OrleansInference.Bench.Load;

/// <summary>Figures of a run, and its deviations from the settings.</summary>
internal sealed record LoadReport(LoadFigures All, IReadOnlyList<LoadFigures> Tenants, IReadOnlyList<string> Remarks)
{
    /// <summary>Figures of the conversations' turns, from the first; empty without conversations.</summary>
    public IReadOnlyList<LoadFigures> Turns { get; init; } = [];

    /// <summary>Figures of the requests that arrived in addition to the streams, which the other figures exclude; null without such requests.</summary>
    public LoadFigures? Arrivals { get; init; }

    /// <summary>Tokens of each tenant in any second; empty if not requested.</summary>
    public IReadOnlyList<TenantSeconds> Seconds { get; init; } = [];

    public static LoadReport Of(IReadOnlyCollection<Answer> answers, MeasurementWindow window, LoadSettings settings)
    {
        Answer[] arrivals = [.. answers.Where(answer => answer.Arrived)];
        answers = [.. answers.Where(answer => answer is { Arrived: false, Cancelled: false })];
        Answer[][] tenants = [.. Enumerable.Range(0, settings.Keys.Length).Select(tenant => answers.Where(answer => answer.Tenant == tenant).ToArray())];
        bool plain = settings is { Turns: 1, Vary: false };
        return new LoadReport(
            LoadFigures.Of(answers, window),
            [.. tenants.Select(answered => LoadFigures.Of(answered, window))],
            [.. plain ? RemarkOnLengths(answers, settings) : [], .. RemarkOnFailures([.. answers, .. arrivals], window)])
        {
            Turns = settings.Turns == 1 ? [] : [.. Enumerable.Range(1, settings.Turns).Select(turn => LoadFigures.Of([.. answers.Where(answer => answer.Turn == turn)], window))],
            Arrivals = settings.ArrivalTokens > 0 ? LoadFigures.Of(arrivals, window) : null,
            Seconds = settings.Seconds ? [.. tenants.Select(answered => TenantSeconds.Of(answered, window))] : [],
        };
    }

    private static IEnumerable<string> RemarkOnLengths(IReadOnlyCollection<Answer> answers, LoadSettings settings)
    {
        TokenUsage[] counted = [.. answers.Where(answer => answer.Failure is null).Select(answer => answer.Usage).OfType<TokenUsage>()];
        int uneven = counted.Count(usage => usage.PromptTokens != settings.PromptTokens);
        if (uneven > 0)
        {
            yield return $"{uneven} of {counted.Length} prompts did not have {settings.PromptTokens} tokens: {counted.Average(usage => usage.PromptTokens):N1} on average.";
        }

        int longest = counted.Select(usage => usage.CompletionTokens).DefaultIfEmpty(settings.GenerateTokens).Max();
        if (longest != settings.GenerateTokens)
        {
            yield return $"No answer had {settings.GenerateTokens} tokens; the longest had {longest}.";
        }
    }

    private static IEnumerable<string> RemarkOnFailures(IReadOnlyCollection<Answer> answers, MeasurementWindow window) => answers
        .Where(answer => answer.Failure is not null && window.Contains(answer.Started))
        .GroupBy(answer => answer.Failure!.Kind)
        .OrderByDescending(kind => kind.Count())
        .Select(kind => $"{kind.Count()} failed, {kind.Key}: {kind.First().Failure!.Message}");
}

/// <summary>Tokens of a tenant in any second: the least and the most that arrived within one, wherever it starts, and the median.</summary>
internal sealed record TenantSeconds(double Least, double Median, double Most)
{
    private const int StepsPerSecond = 10;

    public static TenantSeconds Of(IEnumerable<Answer> answers, MeasurementWindow window)
    {
        double[] steps = new double[(int)(window.Seconds * StepsPerSecond)];
        foreach (Answer answer in answers.Where(answer => answer.Failure is null))
        {
            foreach (TimeSpan arrival in answer.Arrivals.Where(window.Contains))
            {
                steps[Math.Min((int)((arrival - window.From).TotalSeconds * StepsPerSecond), steps.Length - 1)] += answer.TokensPerArrival;
            }
        }

        double[] seconds = [.. Enumerable.Range(0, Math.Max(0, steps.Length - StepsPerSecond + 1)).Select(first => steps.AsSpan(first, StepsPerSecond).ToArray().Sum()).Order()];
        return seconds.Length == 0 ? new TenantSeconds(0, 0, 0) : new TenantSeconds(seconds[0], seconds[(seconds.Length - 1) / 2], seconds[^1]);
    }
}
