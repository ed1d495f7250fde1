using System.Diagnostics.Metrics;
using OrleansInference.Api.Metrics;

namespace OrleansInference.ApiTests.Http;

public sealed class MetricSourceTests
{
    [Fact]
    public void InstrumentsOfEverySourceAreShown()
    {
        using Source first = new();
        using Source second = new();
        using Source stranger = new();
        using MetricCollector collector = new([first, second]);
        first.Meter.CreateObservableGauge("one", static () => 1L, null, "First.");
        second.Meter.CreateObservableGauge("two", static () => 2L, null, "Second.");
        stranger.Meter.CreateObservableGauge("three", static () => 3L, null, "Third.");
        Assert.Equal("# HELP one First.\n# TYPE one gauge\none 1\n# HELP two Second.\n# TYPE two gauge\ntwo 2\n", collector.Collect());
    }

    [Fact]
    public void AnObservedSeriesThatIsNotObservedAgainIsNoMore()
    {
        using Source source = new();
        using MetricCollector collector = new([source]);
        string device = "7";
        source.Meter.CreateObservableGauge("layers", () => new Measurement<long>(4, new KeyValuePair<string, object?>("device", device)), null, "Layers.");
        Assert.Contains("layers{device=\"7\"} 4\n", collector.Collect(), StringComparison.Ordinal);
        device = "9";
        string text = collector.Collect();
        Assert.Contains("layers{device=\"9\"} 4\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("device=\"7\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ACountedSeriesStays()
    {
        using Source source = new();
        using MetricCollector collector = new([source]);
        Counter<long> counter = source.Meter.CreateCounter<long>("requests", null, "Requests.");
        counter.Add(2, new KeyValuePair<string, object?>("status", 200));
        collector.Collect();
        Assert.Contains("requests_total{status=\"200\"} 2\n", collector.Collect(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FiguresThatAreElsewhereAreBroughtUpToDateBeforeTheyAreRead()
    {
        using Source source = new();
        using MetricCollector collector = new([source]);
        source.Meter.CreateObservableGauge("refreshed", () => source.Refreshed, null, "Refreshed.");
        await collector.RefreshAsync(CancellationToken.None);
        Assert.Contains("refreshed 1\n", collector.Collect(), StringComparison.Ordinal);
    }

    private sealed class Source : IMetricSource, IDisposable
    {
        public Meter Meter { get; } = new("Source");

        public long Refreshed { get; private set; }

        public Task RefreshAsync(CancellationToken cancellationToken)
        {
            Refreshed++;
            return Task.CompletedTask;
        }

        public void Dispose() => Meter.Dispose();
    }
}
