using System.Text;
using System.Text.Json;
using OrleansInference.Bench.Load;

namespace OrleansInference.CliTests.Load;

public sealed class LoadFiguresTests
{
    private static readonly MeasurementWindow Window = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20));

    [Theory]
    [InlineData(50, 2)]
    [InlineData(99, 4)]
    [InlineData(25, 1)]
    [InlineData(26, 2)]
    [InlineData(0, 1)]
    public void Percentiles_are_samples(double percent, double expected) => Assert.Equal(expected, Percentile.Of([1, 2, 3, 4], percent));

    [Fact]
    public void Nothing_measured_is_no_number() => Assert.Null(Percentile.Of([], 50));

    [Fact]
    public void The_window_takes_tokens_by_arrival_and_requests_by_start()
    {
        LoadFigures figures = LoadFigures.Of([Answer(9, 9.9, 10.1, 10.4), Answer(12, 13, 13.5), Answer(19.9, 21, 22), Answer(20, 20.1)], Window);
        Assert.Equal(4 / 10.0, figures.TokensPerSecond);
        Assert.Equal(2, figures.Requests);
        Assert.Equal(new LatencyFigures(1000, 1100), Round(figures.TimeToFirstToken));
        Assert.Equal(new LatencyFigures(300, 500), Round(figures.InterToken));
        Assert.Null(figures.CachedTokenShare);
    }

    [Fact]
    public void Chunks_of_several_tokens_count_as_the_server_counted_them_and_make_one_gap()
    {
        LoadFigures figures = LoadFigures.Of([Answer(11, 12, 12.4, 12.8) with { Usage = new TokenUsage(100, 12, 25) }], Window);
        Assert.Equal(12 / 10.0, figures.TokensPerSecond, 9);
        Assert.Equal(new LatencyFigures(400, 400), Round(figures.InterToken));
        Assert.Equal(0.25, figures.CachedTokenShare);
    }

    [Fact]
    public void Failed_requests_give_no_tokens_and_no_latency()
    {
        Answer failed = Answer(11, 12) with { Failure = new Failure("connection", "reset") };
        LoadFigures figures = LoadFigures.Of([failed, failed with { Started = TimeSpan.FromSeconds(2) }], Window);
        Assert.Equal(new LoadFigures(0, 1, 1, new LatencyFigures(null, null), new LatencyFigures(null, null), null), figures);
    }

    [Fact]
    public void A_report_counts_each_tenant_and_each_kind_of_failure()
    {
        Answer failed = new() { Tenant = 1, Started = TimeSpan.FromSeconds(11), Failure = new Failure("HTTP 429", "busy") };
        LoadSettings settings = new() { Url = new Uri("http://localhost"), Keys = ["a", "b"], PromptTokens = 3, GenerateTokens = 5 };
        LoadReport report = LoadReport.Of([Answer(11, 12) with { Usage = new TokenUsage(4, 2, null) }, failed, failed], Window, settings);
        Assert.Equal([(1, 0), (2, 2)], report.Tenants.Select(tenant => (tenant.Requests, tenant.Failed)));
        Assert.Equal(3, report.All.Requests);
        Assert.Equal(
            ["1 of 1 prompts did not have 3 tokens: 4.0 on average.", "No answer had 5 tokens; the longest had 2.", "2 failed, HTTP 429: busy"], report.Remarks);
    }

    [Fact]
    public void The_tokens_of_a_tenant_in_any_second_are_reported()
    {
        MeasurementWindow window = new(TimeSpan.FromSeconds(0), TimeSpan.FromSeconds(3));
        TenantSeconds seconds = TenantSeconds.Of([Answer(0, 0.05, 0.15, 0.95, 1.05, 2.95, 3.5)], window);
        Assert.Equal(new TenantSeconds(0, 1, 3), seconds);
    }

    [Fact]
    public void Arrivals_turns_and_broken_off_requests_are_counted_apart()
    {
        LoadSettings settings = new() { Url = new Uri("http://localhost"), Turns = 2, ArrivalTokens = 100, Seconds = true };
        LoadReport report = LoadReport.Of(
            [
                Answer(11, 12) with { Turn = 1 }, Answer(11, 11.5) with { Turn = 2 }, Answer(11, 15) with { Arrived = true }, Answer(11) with { Cancelled = true },
                new Answer { Tenant = 0, Started = TimeSpan.FromSeconds(12), Arrived = true, Failure = new Failure("timeout", "late") },
            ],
            Window,
            settings);
        Assert.Equal(2, report.All.Requests);
        Assert.Equal([1000.0, 500.0], report.Turns.Select(turn => turn.TimeToFirstToken.P50!.Value));
        Assert.Equal((2, 1), (report.Arrivals!.Requests, report.Arrivals.Failed));
        Assert.Single(report.Seconds);
        Assert.Equal(["1 failed, timeout: late"], report.Remarks);
        using JsonDocument json = JsonDocument.Parse(LoadOutput.Describe(report).ToJsonString());
        Assert.Equal(
            ["tokens_per_second", "requests", "failed", "ttft_ms", "inter_token_ms", "cached_token_share", "tenants", "turns", "arrivals", "tokens_in_any_second"],
            json.RootElement.EnumerateObject().Select(figure => figure.Name));
        Assert.Equal(500, json.RootElement.GetProperty("turns").GetProperty("2").GetProperty("ttft_ms").GetProperty("p50").GetDouble());
    }

    [Fact]
    public void A_soak_reports_memory_by_tenths_of_the_time()
    {
        ServerSample[] samples = [.. Enumerable.Range(0, 100).Select(i => new ServerSample(i % 7, 1000 + (i / 10)))];
        SoakReport report = SoakReport.Of([Answer(1, 2, 3), Answer(1) with { Cancelled = true }], samples, 50, 0);
        Assert.Equal((2, 1, 0, 2.0, 6.0), (report.Requests, report.Cancelled, report.Failed, report.Tokens, report.MostPages));
        Assert.Equal(Enumerable.Range(1000, 10).Select(bytes => (double)bytes), report.Resident);
    }

    [Fact]
    public void Prints_the_form_that_was_promised()
    {
        LoadFigures figures = new(12.3456, 4, 1, new LatencyFigures(1.5, 2), new LatencyFigures(null, null), 0.5);
        string printed = LoadOutput.Describe(new LoadReport(figures, [figures], [])).ToJsonString();
        const string Figures =
            """
            "tokens_per_second":12.346,"requests":4,"failed":1,"ttft_ms":{"p50":1.5,"p99":2},"inter_token_ms":{"p50":null,"p99":null},"cached_token_share":0.5
            """;
        Assert.Equal("{" + Figures + ",\"tenants\":{\"1\":{" + Figures + "}}}", printed);
    }

    private static Answer Answer(double started, params double[] arrivals) =>
        new() { Tenant = 0, Started = TimeSpan.FromSeconds(started), Arrivals = [.. arrivals.Select(TimeSpan.FromSeconds)] };

    private static LatencyFigures Round(LatencyFigures figures) => new(Math.Round(figures.P50!.Value, 6), Math.Round(figures.P99!.Value, 6));
}
