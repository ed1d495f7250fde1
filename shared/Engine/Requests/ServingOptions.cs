using System.ComponentModel.DataAnnotations;
using OrleansInference.Models;

namespace OrleansInference.Engine.Requests;

/// <summary>Limits of the engine.</summary>
public sealed record ServingOptions
{
    private const int MaxLogits = 1 << 23; // of one step; limits the memory for large vocabularies
    private const double MinTenantWeight = 0.001;
    private const double MaxTenantWeight = 1_000;
    private const double MinTokenWeight = 0.001;
    private const double MaxTokenWeight = 1_000;

    /// <summary>Maximum waiting requests. Another request is refused with the expected wait. 1 … 1,000,000.</summary>
    [Range(1, 1_000_000)]
    [Display(Name = "MaxWaiting", GroupName = "Serving", Prompt = "N", Description = "Maximum waiting requests.")]
    public int MaxWaitingRequests { get; init; } = 256;

    /// <summary>Maximum prompt tokens of one step; longer prompts take several steps. 1 … 65,536.</summary>
    [Range(1, 65_536)]
    [Display(Name = "PrefillTokens", GroupName = "Serving", Prompt = "N", Description = "Maximum prompt tokens of a step.")]
    public int MaxPrefillTokens { get; init; } = 512;

    /// <summary>Maximum total of waiting prompt tokens; a single waiting prompt may be longer. 1 … 1,000,000,000.</summary>
    public int MaxWaitingTokens { get; init; } = 1_000_000;

    /// <summary>Maximum sequences that take part in steps at the same time. 1 … 65,536.</summary>
    [Range(1, 65_536)]
    [Display(Name = "MaxRunning", GroupName = "Serving", Prompt = "N", Description = "Maximum sequences that run concurrently.")]
    public int MaxRunningSequences { get; init; } = 64;

    /// <summary>Target for the time between two tokens of a sequence, which the prompts of other requests may not exceed. 1 ms … 1 hour.</summary>
    [Range(1, 3_600_000)]
    [Display(GroupName = "Serving", Prompt = "MS", Description = "Target for the milliseconds between two tokens, which the prompts of other requests may not exceed.")]
    public TimeSpan InterTokenTarget { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Whether tokens are guessed from earlier text and verified several at a time, where that saves time. Never changes a token.</summary>
    [Display(GroupName = "Serving", Prompt = "SWITCH", Description = "Speculative decoding from earlier text, which does not change the tokens: on or off.")]
    public bool Speculation { get; init; } = true;

    /// <summary>Weights of tenants whose records have none; 1 for tenants that are not named. 0.001 … 1,000.</summary>
    [Range(MinTenantWeight, MaxTenantWeight)]
    [Display(GroupName = "Serving", Prompt = "WEIGHTS", Description = "Shares of tenants that wait for each other and whose records have no weight, separated by commas, such as team-a=3,team-b=1; 1 for tenants that are not named. Set it on all nodes: a router uses the weights of its node.")]
    public IReadOnlyDictionary<string, double> TenantWeights { get; init; } = new Dictionary<string, double>();

    /// <summary>Weight with which a computed prompt token is charged to its tenant. 0 … 1,000.</summary>
    [Range(0, MaxTokenWeight)]
    [Display(GroupName = "Serving", Prompt = "N", Description = "Weight of a computed prompt token in the share of its tenant.")]
    public double PromptTokenWeight { get; init; } = 1;

    /// <summary>
    /// Weight with which a generated token is charged to its tenant. It is never 0, because tenants that repeat cached prompts would then be served in random order. 0.001 … 1,000.
    /// </summary>
    [Range(MinTokenWeight, MaxTokenWeight)]
    [Display(GroupName = "Serving", Prompt = "N", Description = "Weight of a generated token in the share of its tenant.")]
    public double GeneratedTokenWeight { get; init; } = 2;

    /// <summary>Maximum choices of a request. 1 … 1,024.</summary>
    public int MaxChoices { get; init; } = 128;

    /// <summary>Maximum alternatives with log-probabilities that a request may ask for with each token. 0 … 1,024.</summary>
    public int MaxLogProbs { get; init; } = 20;

    /// <summary>Maximum rows of a step.</summary>
    public int StepTokens => Math.Max(MaxPrefillTokens, MaxRunningSequences);

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: names the option and its range.</exception>
    public void Validate()
    {
        Within(nameof(MaxWaitingRequests), MaxWaitingRequests, 1, 1_000_000);
        Within(nameof(MaxPrefillTokens), MaxPrefillTokens, 1, 65_536);
        Within(nameof(MaxWaitingTokens), MaxWaitingTokens, 1, 1_000_000_000);
        Within(nameof(MaxRunningSequences), MaxRunningSequences, 1, 65_536);
        Within(nameof(InterTokenTarget), InterTokenTarget, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));
        Within(nameof(PromptTokenWeight), PromptTokenWeight, 0, MaxTokenWeight);
        Within(nameof(GeneratedTokenWeight), GeneratedTokenWeight, MinTokenWeight, MaxTokenWeight);
        foreach ((string tenant, double weight) in TenantWeights)
        {
            Within($"{nameof(TenantWeights)}:{tenant}", weight, MinTenantWeight, MaxTenantWeight);
        }

        Within(nameof(MaxChoices), MaxChoices, 1, 1_024);
        Within(nameof(MaxLogProbs), MaxLogProbs, 0, 1_024);
    }

    /// <summary>Returns the maximum rows of logits of a step: one for every running sequence, and more if the vocabulary is small.</summary>
    public int LogitRows(int vocabulary) => Math.Max(MaxLogits / vocabulary, MaxRunningSequences);

    private static void Within<T>(string option, T value, T least, T most)
        where T : IComparable<T>
    {
        // CompareTo orders NaN before all numbers, so it is refused.
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            InferenceException.Throw(ErrorCode.InvalidOption, FormattableString.Invariant($"Serving:{option} is {value}; expected {least} to {most}."), $"Serving:{option}");
        }
    }
}
