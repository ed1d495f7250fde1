using Microsoft.Extensions.Logging;

namespace OrleansInference.ClusterTests.Storage;

/// <summary>Notes what is logged.</summary>
internal sealed class NotedLog : ILogger
{
    private readonly List<(LogLevel Level, string Text)> _lines = []; // locked by itself

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
        {
            _lines.Add((logLevel, formatter(state, exception)));
        }
    }

    public string[] Lines(LogLevel least)
    {
        lock (_lines)
        {
            return [.. _lines.Where(line => line.Level >= least).Select(static line => line.Text)];
        }
    }
}
