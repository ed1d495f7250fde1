using System.Globalization;

namespace OrleansInference.Bench.Load;

/// <summary>What the server's own <c>/metrics</c> says while it is under load, if it is one of ours.</summary>
internal sealed class ServerWatch(Uri url, LoadClock clock) : IDisposable
{
    private const string PagesMetric = "orleans_inference_kv_cache_pages_used";
    private const string MemoryMetric = "process_resident_memory_bytes";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly HttpClient _client = new() { BaseAddress = url, Timeout = TimeSpan.FromSeconds(30) };
    private readonly List<ServerSample> _samples = [];

    /// <summary>In the order in which they were taken.</summary>
    public IReadOnlyList<ServerSample> Samples => _samples;

    /// <summary>Samples until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                _samples.Add(await SampleAsync(cancellationToken));
                await clock.DelayUntilAsync(clock.Now + Interval, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The load is over.
        }
    }

    /// <summary>Waits until no page is in use.</summary>
    /// <returns>Pages in use then; more than none when it takes too long.</returns>
    public async Task<double> WaitForIdleAsync(CancellationToken cancellationToken)
    {
        for (TimeSpan begin = clock.Now; ;)
        {
            ServerSample sample = await SampleAsync(cancellationToken);
            if (sample.PagesInUse == 0 || clock.Now - begin > Timeout)
            {
                return sample.PagesInUse;
            }

            await clock.DelayUntilAsync(clock.Now + TimeSpan.FromMilliseconds(200), cancellationToken);
        }
    }

    public void Dispose() => _client.Dispose();

    /// <exception cref="HttpRequestException">The server has no such metrics.</exception>
    private async Task<ServerSample> SampleAsync(CancellationToken cancellationToken)
    {
        string text = await _client.GetStringAsync("/metrics", cancellationToken);
        return new ServerSample(Read(text, PagesMetric), Read(text, MemoryMetric));
    }

    private static double Read(string text, string metric)
    {
        string? line = text.Split('\n').FirstOrDefault(line => line.StartsWith(metric + " ", StringComparison.Ordinal));
        return line is not null && double.TryParse(line[(metric.Length + 1)..], CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new HttpRequestException($"The server's /metrics has no {metric}.");
    }
}

/// <summary>One look at the server.</summary>
internal readonly record struct ServerSample(double PagesInUse, double ResidentBytes);
