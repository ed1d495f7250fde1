namespace OrleansInference.Engine.Scheduling;

/// <summary>Guesses a sequence's next tokens from the last place where its latest tokens occurred before, and measures how often the guesses are right.</summary>
internal sealed class Speculation
{
    /// <summary>Most tokens guessed for one step.</summary>
    public const int MaxGuesses = 8;

    private const int LongestMatch = 4;
    private const int ShortestMatch = 2;
    private const int Window = 8192;
    private const double Learning = 0.1;
    private const double Recovery = 0.002;
    private const double Hopeful = 0.6;

    private readonly int[] _guesses = new int[MaxGuesses];

    /// <summary>Estimated probability that a guess is right, if those before it were.</summary>
    public double Acceptance { get; private set; } = Hopeful;

    /// <summary>
    /// Guesses the tokens that followed the last occurrence of the longest match of the log's end. Guesses are worth their rows as long as the probability
    /// that all of them are right exceeds <paramref name="price"/>.
    /// </summary>
    /// <param name="log">The sequence.</param>
    /// <param name="price">Tokens that the step forgoes for one more row.</param>
    /// <param name="most">Most guesses.</param>
    public ReadOnlySpan<int> Guess(ReadOnlySpan<int> log, double price, int most)
    {
        int count = Worth(price, Math.Min(most, MaxGuesses));
        if (count == 0)
        {
            Acceptance = Math.Min(Hopeful, Acceptance + Recovery);
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

    /// <summary>Learns how many guesses were right.</summary>
    public void Observe(int guessed, int accepted)
    {
        for (int i = 0; i < Math.Min(guessed, accepted + 1); i++)
        {
            Acceptance += Learning * ((i < accepted ? 1 : 0) - Acceptance);
        }
    }

    /// <summary>Continues as the log did from <paramref name="from"/>, and after the log's end as the guesses do, so that a short period repeats.</summary>
    private Span<int> Continue(ReadOnlySpan<int> log, int from, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _guesses[i] = from + i < log.Length ? log[from + i] : _guesses[from + i - log.Length];
        }

        return _guesses.AsSpan(0, count);
    }

    private int Worth(double price, int most)
    {
        int count = 0;
        for (double chance = Acceptance; count < most && chance > price; chance *= Acceptance)
        {
            count++;
        }

        return count;
    }
}
