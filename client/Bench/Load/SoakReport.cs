namespace OrleansInference.Bench.Load;

/// <summary>What became of a soak.</summary>
/// <param name="Seconds">How long requests were sent.</param>
/// <param name="Requests">Requests, with those that were cancelled.</param>
/// <param name="Cancelled">Requests that were cancelled on purpose.</param>
/// <param name="Failed">Requests that failed.</param>
/// <param name="Tokens">Tokens that arrived, of requests that ended.</param>
/// <param name="MostPages">Pages in use, at most.</param>
/// <param name="PagesWhenIdle">Pages in use after the last request had ended.</param>
/// <param name="Resident">The server's resident memory in bytes: the median of each tenth of the time.</param>
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
