namespace OrleansInference.Engine.Scheduling;

/// <summary>Speculation by prompt lookup: guesses a sequence's next tokens from the last earlier occurrence of its latest tokens, and estimates the acceptance rate.</summary>
internal sealed class Speculation
{
    /// <summary>Maximum tokens guessed for one step.</summary>
    public const int MaxGuesses = 8;

    private const int LongestMatch = 4;
    private const int ShortestMatch = 2;
    private const int Window = 8192;
    private const double Smoothing = 0.1;
    private const double Recovery = 0.002;
    private const double InitialAcceptance = 0.6;

    private readonly int[] _guesses = new int[MaxGuesses];

    /// <summary>Estimated probability that a guess is accepted, given that those before it were.</summary>
    public double Acceptance { get; private set; } = InitialAcceptance;

    /// <summary>
    /// Guesses the tokens that followed the last occurrence of the longest match of the log's end. Guesses are added as long as the probability that all of them are accepted exceeds
    /// <paramref name="price"/>.
    /// </summary>
    /// <param name="log">Tokens of the sequence.</param>
    /// <param name="price">Tokens that the step loses for one more row.</param>
    /// <param name="most">Maximum number of guesses.</param>
    public ReadOnlySpan<int> Guess(ReadOnlySpan<int> log, double price, int most)
    {
        int count = CountWorthwhile(price, Math.Min(most, MaxGuesses));
        if (count == 0)
        {
            Acceptance = Math.Min(InitialAcceptance, Acceptance + Recovery);
            return [];
        }

        log = log[Math.Max(0, log.Length - Window)..];
        for (int length = LongestMatch; length >= ShortestMatch; length--)
        {
            int at = log.Length > length ? log[..^1].LastIndexOf(log[^length..]) : -1;
            if (at >= 0)
            {
                return Continue(log, at + length, count);
            }
        }

        return [];
    }

    /// <summary>Updates the acceptance rate with the result of a step.</summary>
    public void Observe(int guessed, int accepted)
    {
        for (int i = 0; i < Math.Min(guessed, accepted + 1); i++)
        {
            Acceptance += Smoothing * ((i < accepted ? 1 : 0) - Acceptance);
        }
    }

    /// <summary>Copies the tokens of the log from <paramref name="from"/> on, and after the log's end those of the guesses, so that a short period repeats.</summary>
    private Span<int> Continue(ReadOnlySpan<int> log, int from, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _guesses[i] = from + i < log.Length ? log[from + i] : _guesses[from + i - log.Length];
        }

        return _guesses.AsSpan(0, count);
    }

    private int CountWorthwhile(double price, int most)
    {
        int count = 0;
        for (double chance = Acceptance; count < most && chance > price; chance *= Acceptance)
        {
            count++;
        }

        return count;
    }
}
