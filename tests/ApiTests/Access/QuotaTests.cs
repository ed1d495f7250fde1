using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrleansInference.ApiTests.Http;
using OrleansInference.ApiTests.Scripted;
using OrleansInference.Tenancy.Quotas;

namespace OrleansInference.ApiTests.Access;

/// <summary>What clients see of limits.</summary>
public sealed class QuotaTests
{
    [Fact]
    public async Task Headers_tell_what_is_left_of_a_minute()
    {
        ScriptedQuotas quotas = new() { Answer = static lease => new LeaseAnswer(lease.PromptTokens + lease.Tokens, null, false, new MinuteRates(60, 59, 1000, 930, TimeSpan.FromSeconds(12.3))) };
        (ScriptedService service, ApiFixture api, string key) = await StartAsync(quotas);
        await using ApiFixture closing = api;
        using HttpRequestMessage request = new(HttpMethod.Post, Wire.Chat) { Content = new StringContent(Wire.Ask("\"max_tokens\":400"), System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new("Bearer", key);
        using HttpResponseMessage response = await api.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        string[] names = ["limit-requests", "remaining-requests", "reset-requests", "limit-tokens", "remaining-tokens", "reset-tokens"];
        Assert.Equal(["60", "59", "13s", "1000", "930", "13s"], names.Select(name => response.Headers.GetValues($"x-ratelimit-{name}").Single()));
        LeaseRequest lease = Assert.Single(quotas.Leases);
        Assert.Equal(("team", 1, 64), (lease.Tenant, lease.Requests, lease.Tokens));
        Assert.Equal((lease.Id, lease.PromptTokens + 64), (service.LastRequest.Account!.Lease, service.LastRequest.Account.Leased));
    }

    [Theory]
    [InlineData("requests_per_minute", HttpStatusCode.TooManyRequests, "rate_limit_exceeded", true)]
    [InlineData("streams", HttpStatusCode.TooManyRequests, "rate_limit_exceeded", true)]
    [InlineData("token_budget", HttpStatusCode.PaymentRequired, "insufficient_quota", false)]
    [InlineData("tokens_per_day", HttpStatusCode.PaymentRequired, "insufficient_quota", true)]
    public async Task A_refusal_says_which_limit_and_when_it_renews(string limit, HttpStatusCode status, string code, bool retries)
    {
        DateTimeOffset? renews = retries && limit != "streams" ? DateTimeOffset.UtcNow.AddHours(1) : null;
        ScriptedQuotas quotas = new() { Answer = _ => new LeaseAnswer(0, new QuotaExceeded(limit, 5, 5, renews), true, MinuteRates.None) };
        (ScriptedService service, ApiFixture api, string key) = await StartAsync(quotas);
        await using ApiFixture closing = api;
        using HttpRequestMessage request = new(HttpMethod.Post, Wire.Chat) { Content = new StringContent(Wire.Ask(), System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new("Bearer", key);
        using HttpResponseMessage response = await api.Http.SendAsync(request);
        JsonElement error = JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("error");
        Assert.Equal((status, code), (response.StatusCode, error.GetProperty("code").GetString()));
        Assert.StartsWith("The key '", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(retries, response.Headers.RetryAfter is not null);
        Assert.Empty(service.Requests);
    }

    [Fact]
    public async Task What_a_request_gives_back_in_a_moment_is_waited_for()
    {
        int asked = 0;
        ScriptedQuotas quotas = new()
        {
            Answer = lease => ++asked < 3
                ? new LeaseAnswer(0, new QuotaExceeded("token_budget", 5, 5, null) { IsLeased = true }, true, MinuteRates.None)
                : new LeaseAnswer(lease.PromptTokens + 1, null, false, MinuteRates.None),
        };
        (_, ApiFixture api, string key) = await StartAsync(quotas);
        await using ApiFixture closing = api;
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Post, Wire.Chat, key, Wire.Ask())).Status);
        Assert.Equal(3, asked);
        Assert.Single(quotas.Leases.Select(static lease => lease.Id).Distinct());
    }

    [Fact]
    public async Task Leases_of_a_request_that_is_not_served_are_ended()
    {
        int admitted = 0;
        ScriptedQuotas quotas = new()
        {
            Answer = lease => ++admitted == 3 ? new LeaseAnswer(0, new QuotaExceeded("token_budget", 5, 5, null), false, MinuteRates.None) : new LeaseAnswer(lease.PromptTokens + 1, null, false, MinuteRates.None),
        };
        (ScriptedService service, ApiFixture api, string key) = await StartAsync(quotas);
        await using ApiFixture closing = api;
        Assert.Equal(HttpStatusCode.PaymentRequired, (await api.SendAsync(HttpMethod.Post, Wire.Completions, key, Wire.Complete("", """["a","b","c"]"""))).Status);
        Assert.Equal([1, 0, 0], quotas.Leases.Select(static lease => lease.Requests));
        Assert.Equal(quotas.Leases.Take(2).Select(static lease => (lease.Id, 0L)), quotas.Settled);

        admitted = 9;
        service.FailToStart = new Models.InferenceException(Models.ErrorCode.Overloaded, "full");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await api.SendAsync(HttpMethod.Post, Wire.Chat, key, Wire.Ask())).Status);
        Assert.Equal((quotas.Leases[^1].Id, 0L), quotas.Settled[^1]);
    }

    private static async Task<(ScriptedService Service, ApiFixture Api, string Key)> StartAsync(ScriptedQuotas quotas)
    {
        ScriptedService service = new();
        ApiFixture api = await ApiFixture.StartAsync(service, services: services => services.AddSingleton<IQuotaStore>(quotas));
        await api.CreateTenantAsync("team", limits: """{"requests_per_minute":60}""");
        return (service, api, (await api.CreateKeyAsync("team")).Text);
    }

    private sealed class ScriptedQuotas : IQuotaStore
    {
        public required Func<LeaseRequest, LeaseAnswer> Answer { get; init; }

        public List<LeaseRequest> Leases { get; } = [];

        public List<(Guid Lease, long Used)> Settled { get; } = [];

        public Task<LeaseAnswer> AdmitAsync(LeaseRequest request, CancellationToken cancellation = default)
        {
            Leases.Add(request);
            return Task.FromResult(Answer(request));
        }

        public Task<ExtensionAnswer> ExtendAsync(Guid lease, long upTo, CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task SettleAsync(Guid lease, long used, CancellationToken cancellation = default)
        {
            Settled.Add((lease, used));
            return Task.CompletedTask;
        }
    }
}
