using Microsoft.Extensions.Logging;

namespace OrleansInference.ApiTests.Http;

/// <summary>Notes what a server logs.</summary>
internal sealed class NotedLog : ILoggerProvider, ILogger
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    private readonly List<(LogLevel Level, string Text, Exception? Error)> _lines = []; // locked by itself
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously); // under the same lock

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
        {
            _lines.Add((logLevel, formatter(state, exception), exception));
            _news.SetResult();
            _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public (LogLevel Level, string Text, Exception? Error)[] From(LogLevel least)
    {
        lock (_lines)
        {
            return [.. _lines.Where(line => line.Level >= least)];
        }
    }

    /// <summary>Waits until so many lines have these words.</summary>
    public async Task UntilAsync(string words, int count)
    {
        while (true)
        {
            Task news;
            lock (_lines)
            {
                if (_lines.Count(line => line.Text.Contains(words, StringComparison.Ordinal)) >= count)
                {
                    return;
                }

                news = _news.Task;
            }

            await news.WaitAsync(Timeout);
        }
    }

    public void Dispose()
    {
    }
}
