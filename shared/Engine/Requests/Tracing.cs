using System.Diagnostics;

namespace OrleansInference.Engine.Requests;

/// <summary>The spans of a request in gateway, session, router and stages. Spans are created only while <see cref="SourceName"/> has a listener.</summary>
public static class Tracing
{
    public const string SourceName = "OrleansInference";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Starts a span as a child of the current one, and makes it the current one. Returns null without a listener.</summary>
    public static Activity? Begin(string name) => Source.StartActivity(name);

    /// <summary>Starts a span of a context that was received with a message. It does not become the current one.</summary>
    /// <returns>The span; null without a context or a listener.</returns>
    public static Activity? Begin(string name, string? traceParent, string? traceState)
    {
        if (traceParent is null || !Source.HasListeners() || !ActivityContext.TryParse(traceParent, traceState, isRemote: true, out ActivityContext parent))
        {
            return null;
        }

        Activity? current = Activity.Current;
        Activity? span = Source.StartActivity(name, ActivityKind.Internal, parent);
        Activity.Current = current;
        return span;
    }

    /// <summary>Creates a span of completed work.</summary>
    /// <param name="name">Name of the span.</param>
    /// <param name="parent">Context of the parent span.</param>
    /// <param name="start">Start of the work.</param>
    /// <param name="end">End of the work.</param>
    /// <param name="attributes">Attributes of the span.</param>
    public static void Add(string name, ActivityContext parent, DateTime start, DateTime end, params ReadOnlySpan<(string Key, object? Value)> attributes)
    {
        Activity? current = Activity.Current;
        using Activity? span = Source.StartActivity(name, ActivityKind.Internal, parent, startTime: start);
        foreach ((string key, object? value) in attributes)
        {
            span?.SetTag(key, value);
        }

        span?.SetEndTime(end);
        span?.Stop();
        Activity.Current = current;
    }
}
