using Microsoft.Extensions.Options;
using OrleansInference.Api.Access;

namespace OrleansInference.Api;

/// <summary>Limits and access rules of the HTTP interface. Bound from the section <see cref="Section"/> and validated at the start.</summary>
public sealed class ApiOptions
{
    public const string Section = "Api";

    /// <summary>Maximum size of a request body, in bytes.</summary>
    public int MaxBodyBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>Maximum nesting depth of a request body.</summary>
    public int MaxJsonDepth { get; set; } = 64;

    /// <summary>Maximum tokens of a prompt; null applies only the limit of the model's context.</summary>
    public int? MaxPromptTokens { get; set; }

    /// <summary>Maximum messages of a chat.</summary>
    public int MaxMessages { get; set; } = 4096;

    /// <summary>Maximum tools of a chat.</summary>
    public int MaxTools { get; set; } = 128;

    /// <summary>Maximum prompts of one completion request.</summary>
    public int MaxPrompts { get; set; } = 128;

    /// <summary>Maximum of <c>n</c>.</summary>
    public int MaxChoices { get; set; } = 16;

    /// <summary>Maximum sequences of one request: its prompts times its choices.</summary>
    public int MaxSequences { get; set; } = 128;

    /// <summary>Maximum entries of <c>stop</c>.</summary>
    public int MaxStopStrings { get; set; } = 16;

    /// <summary>Maximum length of an entry of <c>stop</c>, in UTF-16 code units.</summary>
    public int MaxStopStringLength { get; set; } = 256;

    /// <summary>Maximum entries of <c>stop_token_ids</c>.</summary>
    public int MaxStopTokens { get; set; } = 128;

    /// <summary>Maximum entries of <c>logit_bias</c>.</summary>
    public int MaxLogitBias { get; set; } = 1024;

    /// <summary>Maximum alternatives reported with a token.</summary>
    public int MaxTopLogProbs { get; set; } = 20;

    /// <summary>Maximum total time of a request; null is unbounded.</summary>
    public TimeSpan? RequestTimeout { get; set; }

    /// <summary>Silence after which a started stream gets a comment, so that clients and proxies can distinguish a slow stream from a lost one; zero disables the comments.</summary>
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Time after which a stored response is deleted, and a conversation to which nothing was added; null keeps both. The default is 30 days.</summary>
    public TimeSpan? ResponseRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Values of <see cref="ResponseRetention"/> for tenants, by name.</summary>
    public IDictionary<string, TimeSpan> TenantResponseRetention { get; set; } = new Dictionary<string, TimeSpan>();

    /// <summary>Keys that are accepted in addition to those that were created. While there is no key at all, every caller has the tenant <c>default</c> and may request any priority.</summary>
    public IList<ApiKey> ApiKeys { get; set; } = [];

    /// <summary>OpenID Connect issuers whose bearer tokens are accepted.</summary>
    public IList<TokenIssuer> Issuers { get; set; } = [];

    /// <summary>Returns the time after which a new response or conversation of a tenant expires.</summary>
    internal DateTimeOffset ExpiresAt(string tenant, DateTimeOffset now) =>
        (TenantResponseRetention.TryGetValue(tenant, out TimeSpan own) ? own : ResponseRetention) is { } retention && DateTimeOffset.MaxValue - now > retention ? now + retention : DateTimeOffset.MaxValue;

    internal sealed class Validator : IValidateOptions<ApiOptions>
    {
        private static readonly TimeSpan ShortestKeepAlive = TimeSpan.FromMilliseconds(100);
        private static readonly TimeSpan LongestKeepAlive = TimeSpan.FromHours(1);

        public ValidateOptionsResult Validate(string? name, ApiOptions options)
        {
            ValidateOptionsResultBuilder result = new();
            Check(options.MaxBodyBytes, 1024, 1 << 30, nameof(MaxBodyBytes));
            Check(options.MaxJsonDepth, 8, 256, nameof(MaxJsonDepth));
            Check(options.MaxPromptTokens ?? 1, 1, int.MaxValue, nameof(MaxPromptTokens));
            Check(options.MaxMessages, 1, 1 << 20, nameof(MaxMessages));
            Check(options.MaxTools, 0, 1 << 16, nameof(MaxTools));
            Check(options.MaxPrompts, 1, 1 << 16, nameof(MaxPrompts));
            Check(options.MaxChoices, 1, 1 << 10, nameof(MaxChoices));
            Check(options.MaxSequences, 1, 1 << 16, nameof(MaxSequences));
            Check(options.MaxStopStrings, 0, 1 << 10, nameof(MaxStopStrings));
            Check(options.MaxStopStringLength, 1, 1 << 16, nameof(MaxStopStringLength));
            Check(options.MaxStopTokens, 0, 1 << 16, nameof(MaxStopTokens));
            Check(options.MaxLogitBias, 0, 1 << 20, nameof(MaxLogitBias));
            Check(options.MaxTopLogProbs, 0, 1 << 10, nameof(MaxTopLogProbs));
            if (options.RequestTimeout is { } timeout && timeout <= TimeSpan.Zero)
                result.AddError($"{Section}:{nameof(RequestTimeout)} is {timeout}, but must be longer than zero.");
            if (options.ResponseRetention is { } retention && retention <= TimeSpan.Zero)
                result.AddError($"{Section}:{nameof(ResponseRetention)} is {retention}, but must be longer than zero.");
            foreach ((string tenant, TimeSpan own) in options.TenantResponseRetention)
            {
                if (own <= TimeSpan.Zero)
                    result.AddError($"{Section}:{nameof(TenantResponseRetention)}:{tenant} is {own}, but must be longer than zero.");
            }

            if (options.KeepAlive != TimeSpan.Zero && (options.KeepAlive < ShortestKeepAlive || options.KeepAlive > LongestKeepAlive))
                result.AddError($"{Section}:{nameof(KeepAlive)} is {options.KeepAlive}, but must be from {ShortestKeepAlive} to {LongestKeepAlive}, or zero.");
            if (ApiKey.FindFault(options.ApiKeys) is { } fault)
                result.AddError($"{fault}.");
            if (TokenIssuer.FindFault(options.Issuers) is { } wrong)
                result.AddError($"{wrong}.");
            return result.Build();

            void Check(int value, int minimum, int maximum, string key)
            {
                if (value < minimum || value > maximum)
                    result.AddError($"{Section}:{key} is {value}, but must be from {minimum} to {maximum}.");
            }
        }
    }
}
