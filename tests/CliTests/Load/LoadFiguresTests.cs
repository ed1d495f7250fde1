using System.Text;
using System.Text.Json;
using OrleansInference.Cli.Load;

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
    public void Prints_the_form_that_was_promised()
    {
        LoadFigures figures = new(12.3456, 4, 1, new LatencyFigures(1.5, 2), new LatencyFigures(null, null), 0.5);
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            LoadOutput.Write(writer, new LoadReport(figures, [figures], []));
        }

        const string Figures =
            """
            "tokens_per_second":12.346,"requests":4,"failed":1,"ttft_ms":{"p50":1.5,"p99":2},"inter_token_ms":{"p50":null,"p99":null},"cached_token_share":0.5
            """;
        Assert.Equal("{" + Figures + ",\"tenants\":{\"1\":{" + Figures + "}}}", Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static Answer Answer(double started, params double[] arrivals) =>
        new() { Tenant = 0, Started = TimeSpan.FromSeconds(started), Arrivals = [.. arrivals.Select(TimeSpan.FromSeconds)] };

    private static LatencyFigures Round(LatencyFigures figures) => new(Math.Round(figures.P50!.Value, 6), Math.Round(figures.P99!.Value, 6));
}
