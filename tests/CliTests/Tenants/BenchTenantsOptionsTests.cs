using System.CommandLine;
using System.Text.Json;
using OrleansInference.Bench.Commands;
using OrleansInference.Bench.Tenants;
using OrleansInference.Models;

namespace OrleansInference.CliTests.Tenants;

public sealed class BenchTenantsOptionsTests
{
    private readonly BenchTenantsOptions _options = new();

    [Fact]
    public void Two_hundred_conversations_of_five_tenants_run_for_ten_minutes_by_default()
    {
        TenantsSettings settings = _options.Read(Parse());
        Assert.Equal((5, 2, 200, TimeSpan.FromMinutes(10), 3), (settings.Tenants, settings.KeysPerTenant, settings.Conversations, settings.Duration, settings.Stages));
        Assert.Equal(["--model", "demo", "--stages", "3", "--threads", "1", "--data-folder", "data"], _options.NodeSettings(Parse(), "demo", "data"));
    }

    [Fact]
    public void A_slice_is_given_in_seconds()
    {
        TenantsSettings settings = _options.Read(Parse("--seconds", "20", "--tenants", "2", "--keys", "1", "--conversations", "10", "--kills", "3", "--drop-percent", "50", "--seed", "7", "--nodes", "2"));
        Assert.Equal((TimeSpan.FromSeconds(20), 2, 1, 10, 3, 50, 7, 2), (settings.Duration, settings.Tenants, settings.KeysPerTenant, settings.Conversations, settings.Kills, settings.DropPercent, settings.Seed, settings.Stages));
        Assert.Equal("--seconds is 0, expected at least 1.", Assert.Throws<InferenceException>(() => _options.Read(Parse("--seconds", "0"))).Message);
        Assert.Contains("--cluster-id", _options.NodeSettings(Parse("--postgres", "Host=a"), "demo", "data"));
    }

    [Theory]
    [InlineData(true, 0, 0, 5)]
    [InlineData(false, 1, 0, 5)]
    [InlineData(false, 0, 1, 5)]
    [InlineData(false, 0, 0, 6)]
    public void A_difference_a_failure_and_a_wrong_bill_fail(bool clean, int different, int failed, long billed) =>
        Assert.Equal(clean, new TenantsReport { Different = different, Failed = failed, Billed = billed, Emitted = 5 }.Clean);

    [Fact]
    public void The_document_has_the_sum_of_the_kills_and_the_faults_of_the_audit_log()
    {
        TenantsReport report = new() { NodeKills = 2, ConnectionKills = 5, AuditLines = 9, AuditFaults = ["a, line 1: changed"] };
        JsonElement described = JsonElement.Parse(TenantsOutput.Describe(report).ToJsonString());
        Assert.Equal((7, 9, 1), (described.GetProperty("kills").GetInt32(), described.GetProperty("audit_lines").GetInt64(), described.GetProperty("audit_broken").GetInt32()));
        Assert.False(report.Clean);
    }

    private ParseResult Parse(params string[] arguments)
    {
        Command command = new("tenants");
        foreach (Option option in _options.All.Cast<Option>())
        {
            command.Options.Add(option);
        }

        return command.Parse(arguments);
    }
}
