using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using OrleansInference.ApiTests.Scripted;
using OrleansInference.Engine.Requests;

namespace OrleansInference.ApiTests.Http;

public sealed class TracingTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Parent = $"00-{Trace}-b7ad6b7169203331-01";

    [Fact]
    public async Task WithoutAListenerARequestHasNoContext()
    {
        ScriptedService service = new();
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        await AskAsync(api, Wire.Ask());
        Assert.Null(service.LastRequest.TraceParent);
    }

    [Fact]
    public async Task ARequestContinuesTheCallersTraceAndItsSpanHasTheConventionsAttributes()
    {
        ConcurrentQueue<Activity> spans = [];
        using ActivityListener listener = Listen(spans);
        ScriptedService service = new() { Answer = (_, _) => "four" };
        await using ApiFixture api = await ApiFixture.StartAsync(service);

        await AskAsync(api, Wire.Ask("\"max_tokens\":2,\"temperature\":0.5"));

        Activity span = Assert.Single(spans, static span => span.Source.Name == Tracing.SourceName && span.TraceId.ToHexString() == Trace);
        Assert.Equal("chat scripted", span.DisplayName);
        Assert.Equal((span.Id, "vendor=1"), (service.LastRequest.TraceParent, service.LastRequest.TraceState));
        Dictionary<string, object?> tags = span.TagObjects.ToDictionary();
        Assert.Equal(("chat", "scripted"), (tags["gen_ai.operation.name"], tags["gen_ai.request.model"]));
        Assert.Equal((2, 0.5f), (tags["gen_ai.request.max_tokens"], tags["gen_ai.request.temperature"]));
        Assert.Equal((service.LastRequest.Prompt.Length, 2), (tags["gen_ai.usage.input_tokens"], tags["gen_ai.usage.output_tokens"]));
        Assert.Equal(["length"], Assert.IsType<string[]>(tags["gen_ai.response.finish_reasons"]));
    }

    [Fact]
    public async Task AFailureIsInTheSpan()
    {
        ConcurrentQueue<Activity> spans = [];
        using ActivityListener listener = Listen(spans);
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService { FailAt = (1, new InvalidOperationException("broken")) });
        await AskAsync(api, Wire.Ask("\"stream\":true"));
        Activity span = Assert.Single(spans, static span => span.Source.Name == Tracing.SourceName && span.TraceId.ToHexString() == Trace);
        Assert.Equal((ActivityStatusCode.Error, "InvalidOperationException"), (span.Status, span.GetTagItem("error.type")));
    }

    private static async Task AskAsync(ApiFixture api, string json)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, Wire.Chat) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        request.Headers.Add("traceparent", Parent);
        request.Headers.Add("tracestate", "vendor=1");
        using HttpResponseMessage response = await api.Http.SendAsync(request);
        await response.Content.ReadAsStringAsync();
    }

    // Tests run concurrently: a listener receives the spans of all of them.
    private static ActivityListener Listen(ConcurrentQueue<Activity> spans)
    {
        ActivityListener listener = new()
        {
            ShouldListenTo = static source => source.Name is Tracing.SourceName or "Microsoft.AspNetCore", // which reads the caller's context
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
