using System.Globalization;
using OrleansInference.Api.Access;
using OrleansInference.Api.Quotas;
using OrleansInference.Engine.Requests;
using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Quotas;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Api.Generation;

/// <summary>Leases the first tokens of requests from the limits of their tenant and key, and tells clients what is left, in OpenAI's headers.</summary>
internal sealed class QuotaGate(IQuotaStore quotas)
{
    private const int FirstTokens = 64; // of each choice; the session asks for more while it generates
    private const int MaxWaits = 10;

    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(100);

    /// <summary>Leases tokens for all prompts of a request, or for none.</summary>
    /// <returns>The request with its leases.</returns>
    /// <exception cref="Models.InferenceException">A limit has no room for the request: <see cref="Models.ErrorCode.Overloaded"/> with the wait, or <see cref="Models.ErrorCode.BudgetExceeded"/>.</exception>
    public async ValueTask<PreparedRequest> AdmitAsync(HttpContext context, PreparedRequest request)
    {
        List<PreparedPrompt> admitted = [];
        try
        {
            foreach (PreparedPrompt prompt in request.Prompts)
            {
                admitted.Add(prompt with { Request = await AdmitAsync(context, prompt.Request) });
            }
        }
        catch
        {
            await ReturnAsync(admitted);
            throw;
        }

        return request with { Prompts = admitted };
    }

    /// <summary>Leases tokens for a prompt.</summary>
    /// <inheritdoc cref="AdmitAsync(HttpContext, PreparedRequest)"/>
    public async ValueTask<GenerationRequest> AdmitAsync(HttpContext context, GenerationRequest request)
    {
        Caller caller = Caller.Of(context);
        if (!HasQuota(caller.TenantLimits) && !HasQuota(caller.KeyLimits))
        {
            return request;
        }

        LeaseRequest lease = new(
            Guid.NewGuid(), caller.Tenant, KeySecret.IsId(caller.Key) ? caller.Key : null, request.Account!.Requests, request.Prompt.Length, Math.Min((long)request.MaxTokens, FirstTokens) * request.Choices);
        LeaseAnswer answer = await quotas.AdmitAsync(lease, context.RequestAborted);
        for (int wait = 0; wait < MaxWaits && answer.Exceeded is { IsBudget: true, IsLeased: true }; wait++)
        {
            // A request that has just ended gives back what it has not used in a moment.
            await Task.Delay(Wait, context.RequestAborted);
            answer = await quotas.AdmitAsync(lease, context.RequestAborted);
        }

        SetHeaders(context.Response.Headers, answer.Rates);
        return answer.Exceeded is { } exceeded
            ? throw QuotaErrors.Of(exceeded, answer.IsOfKey ? $"key '{caller.Key}'" : $"tenant '{caller.Tenant}'")
            : request with { Account = request.Account with { Lease = lease.Id, Leased = answer.Granted } };
    }

    /// <summary>Ends the leases of prompts that are not served. A session that has begun corrects this at its end.</summary>
    public async Task ReturnAsync(IEnumerable<PreparedPrompt> prompts)
    {
        foreach (PreparedPrompt prompt in prompts)
        {
            await ReturnAsync(prompt.Request);
        }
    }

    /// <inheritdoc cref="ReturnAsync(IEnumerable{PreparedPrompt})"/>
    public Task ReturnAsync(GenerationRequest request) => request.Account?.Lease is { } lease ? quotas.SettleAsync(lease, 0) : Task.CompletedTask;

    private static bool HasQuota(Limits limits) =>
        limits is not { RequestsPerMinute: null, TokensPerMinute: null, Streams: null, TokensPerDay: null, TokensPerMonth: null, TokenBudget: null };

    private static void SetHeaders(IHeaderDictionary headers, MinuteRates rates)
    {
        Set("requests", rates.Requests, rates.RequestsLeft);
        Set("tokens", rates.Tokens, rates.TokensLeft);

        void Set(string what, long? limit, long? left)
        {
            if (limit is not null && left is not null)
            {
                headers[$"x-ratelimit-limit-{what}"] = limit.Value.ToString(CultureInfo.InvariantCulture);
                headers[$"x-ratelimit-remaining-{what}"] = left.Value.ToString(CultureInfo.InvariantCulture);
                headers[$"x-ratelimit-reset-{what}"] = string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(rates.Reset.TotalSeconds)}s");
            }
        }
    }
}
