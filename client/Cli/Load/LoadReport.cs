namespace OrleansInference.Cli.Load;

/// <summary>The figures of a run, and what was not as asked for.</summary>
internal sealed record LoadReport(LoadFigures All, IReadOnlyList<LoadFigures> Tenants, IReadOnlyList<string> Remarks)
{
    public static LoadReport Of(IReadOnlyCollection<Answer> answers, MeasurementWindow window, LoadSettings settings) => new(
        LoadFigures.Of(answers, window),
        [.. Enumerable.Range(0, settings.Keys.Length).Select(tenant => LoadFigures.Of([.. answers.Where(answer => answer.Tenant == tenant)], window))],
        [.. RemarkOnLengths(answers, settings), .. RemarkOnFailures(answers, window)]);

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
