using System.Text.Json;
using OrleansInference.Bench.Tenants;

namespace OrleansInference.CliTests.Tenants;

public sealed class TokenLedgerTests
{
    private readonly TokenLedger _ledger = new();

    public TokenLedgerTests()
    {
        _ledger.Add(new TenantKey("a", "k1", "text"), Answer(10, 5));
        _ledger.Add(new TenantKey("a", "k1", "text"), Answer(20, 7));
        _ledger.Add(new TenantKey("b", "k2", "text"), Answer(1, 1));
    }

    [Fact]
    public void Usage_of_several_days_and_models_is_that_of_the_key()
    {
        Assert.Equal(44, _ledger.Total);
        Assert.Empty(_ledger.Compare(Usage(("a", "k1", 10, 5), ("b", "k2", 1, 1), ("a", "k1", 20, 7))));
    }

    [Fact]
    public void A_wrong_bill_names_the_tenant_the_key_and_both_values() => Assert.Equal(
        "Tenant a, key k1: 43 tokens (30 of prompts, 13 of answers) were billed, but 42 tokens (30 of prompts, 12 of answers) were emitted.",
        Assert.Single(_ledger.Compare(Usage(("a", "k1", 30, 13), ("b", "k2", 1, 1)))));

    [Fact]
    public void Tokens_of_a_wrong_kind_or_key_are_found_although_the_sum_is_right()
    {
        Assert.Single(_ledger.Compare(Usage(("a", "k1", 29, 13), ("b", "k2", 1, 1))));
        Assert.Equal(4, _ledger.Compare(Usage(("a", "k2", 1, 1), ("c", "k1", 30, 12))).Count);
    }

    private static TurnTranscript Answer(long prompt, long completion) => new(string.Empty, "text", "completed", prompt, completion, null);

    private static JsonElement Usage(params (string Tenant, string Key, long Prompt, long Completion)[] rows) => JsonSerializer.SerializeToElement(new
    {
        data = rows.Select(static row => new { tenant = row.Tenant, key = row.Key, prompt_tokens = row.Prompt, completion_tokens = row.Completion }),
    });
}
