namespace OrleansInference.Tenancy.Quotas;

/// <summary>Quotas of a host that keeps none: every request is granted what it wants.</summary>
public sealed class NoQuotaStore : IQuotaStore
{
    public Task<LeaseAnswer> AdmitAsync(LeaseRequest request, CancellationToken cancellation = default) => Task.FromResult(new LeaseAnswer(request.PromptTokens + request.Tokens, null, false, MinuteRates.None));

    public Task<ExtensionAnswer> ExtendAsync(Guid lease, long upTo, CancellationToken cancellation = default) => Task.FromResult(new ExtensionAnswer(upTo, null, string.Empty));

    public Task SettleAsync(Guid lease, long used, CancellationToken cancellation = default) => Task.CompletedTask;
}
