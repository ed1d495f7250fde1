using Microsoft.Extensions.Logging;

namespace OrleansInference.ApiTests.Http;

/// <summary>Notes what a server logs.</summary>
internal sealed class NotedLog : ILoggerProvider, ILogger
{
    private readonly List<(LogLevel Level, string Text, Exception? Error)> _lines = []; // locked by itself

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
        {
            _lines.Add((logLevel, formatter(state, exception), exception));
        }
    }

    public (LogLevel Level, string Text, Exception? Error)[] From(LogLevel least)
    {
        lock (_lines)
        {
            return [.. _lines.Where(line => line.Level >= least)];
        }
    }

    public void Dispose()
    {
    }
}
