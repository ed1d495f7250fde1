namespace OrleansInference.Bench.Load;

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
