namespace OrleansInference.Bench.Load;

/// <summary>Result of a soak test.</summary>
/// <param name="Seconds">Duration of the load.</param>
/// <param name="Requests">Number of requests, including cancelled ones.</param>
/// <param name="Cancelled">Number of requests that were cancelled on purpose.</param>
/// <param name="Failed">Number of requests that failed.</param>
/// <param name="Tokens">Number of tokens that arrived, of requests that ended.</param>
/// <param name="MostPages">Maximum number of pages in use.</param>
/// <param name="PagesWhenIdle">Number of pages in use after the last request had ended.</param>
/// <param name="Resident">Resident memory of the server in bytes: the median of each tenth of the time.</param>
internal sealed record SoakReport(double Seconds, int Requests, int Cancelled, int Failed, double Tokens, double MostPages, double PagesWhenIdle, IReadOnlyList<double> Resident)
{
    private const int Parts = 10;

    public static SoakReport Of(IReadOnlyCollection<Answer> answers, IReadOnlyList<ServerSample> samples, double seconds, double pagesWhenIdle) => new(
        seconds,
        answers.Count,
        answers.Count(answer => answer.Cancelled),
        answers.Count(answer => answer.Failure is not null),
        answers.Sum(answer => answer.Arrivals.Count * answer.TokensPerArrival),
        samples.Max(sample => sample.PagesInUse),
        pagesWhenIdle,
        [.. samples.Chunk((samples.Count + Parts - 1) / Parts).Select(part => part.Select(sample => sample.ResidentBytes).Order().ElementAt(part.Length / 2))]);
}
