using System.Diagnostics.Metrics;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Engine.Requests;
using OrleansInference.Unit.Engine.Scheduling;

namespace OrleansInference.Unit.Cluster.Hosting;

public sealed class RequestObserverTests
{
    [Fact]
    public void The_parts_of_a_requests_time_and_the_tokens_of_steps_are_measured()
    {
        using EngineMetrics metrics = new();
        Dictionary<string, List<double>> measured = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter == metrics.Meter)
            {
                measured.Add(instrument.Name["orleans_inference_".Length..], []);
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => measured[instrument.Name["orleans_inference_".Length..]].Add(Math.Round(value, 6)));
        listener.Start();
        using RouterHarness harness = new(new HashModel(), observer: time => new RequestObserver(metrics, 0, time)) { Cost = static _ => TimeSpan.FromSeconds(1) };

        harness.Submit(new GenerationRequest { RequestId = "r", Prompt = new[] { 5, 6, 7 }, MaxTokens = 3, IgnoreEos = true });
        harness.Time.Advance(TimeSpan.FromSeconds(4)); // in the queue
        harness.RunAll();

        Assert.Equal([4], measured["request_queue_time_seconds"]);
        Assert.Equal([1], measured["request_prefill_time_seconds"]);
        Assert.Equal([2], measured["request_decode_time_seconds"]);
        Assert.Equal([3], measured["request_inference_time_seconds"]);
        Assert.Equal([3, 1, 1], measured["iteration_tokens"]);
        Assert.Equal((3, 0), (harness.Figures.QueriedPromptTokens, harness.Figures.CachedPromptTokens));
    }
}
