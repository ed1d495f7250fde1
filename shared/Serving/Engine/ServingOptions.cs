using OrleansInference.Models;

namespace OrleansInference.Serving;

/// <summary>Bounds of the engine.</summary>
public sealed record ServingOptions
{
    /// <summary>Requests that may wait; one more is refused with the wait to expect. 1 … 1,000,000.</summary>
    public int MaxWaitingRequests { get; init; } = 256;

    /// <summary>Prompt tokens that one step computes at most; longer prompts take several steps. 1 … 65,536.</summary>
    public int MaxPrefillTokens { get; init; } = 512;

    /// <summary>Choices that a request may ask for. 1 … 1,024.</summary>
    public int MaxChoices { get; init; } = 128;

    /// <summary>Alternatives with log-probabilities that a request may ask for with each token. 0 … 1,024.</summary>
    public int MaxLogProbs { get; init; } = 20;

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: names the option and its range.</exception>
    public void Validate()
    {
        Within(nameof(MaxWaitingRequests), MaxWaitingRequests, 1, 1_000_000);
        Within(nameof(MaxPrefillTokens), MaxPrefillTokens, 1, 65_536);
        Within(nameof(MaxChoices), MaxChoices, 1, 1_024);
        Within(nameof(MaxLogProbs), MaxLogProbs, 0, 1_024);
    }

    private static void Within(string option, int value, int least, int most)
    {
        if (value < least || value > most)
        {
            InferenceException.Throw(ErrorCode.InvalidOption, $"Serving:{option} is {value}; expected {least} to {most}.", $"Serving:{option}");
        }
    }
}
