using System.Diagnostics;

namespace OrleansInference.Engine.Requests;

/// <summary>The spans of a request on its way through gateway, session, router and stages. While nobody listens to <see cref="SourceName"/> there are none.</summary>
public static class Tracing
{
    public const string SourceName = "OrleansInference";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins a span within the current one, which it becomes; null where nobody listens.</summary>
    public static Activity? Begin(string name) => Source.StartActivity(name);

    /// <summary>Begins a span of a context that came with a message; it does not become the current one.</summary>
    /// <returns>Null where there is no context, or nobody listens.</returns>
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

    /// <summary>Makes a span of something that is over.</summary>
    /// <param name="name">Of the span.</param>
    /// <param name="parent">The span that it is a part of.</param>
    /// <param name="start">When it began.</param>
    /// <param name="end">When it ended.</param>
    /// <param name="attributes">Of the span.</param>
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
