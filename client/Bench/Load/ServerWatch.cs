namespace OrleansInference.Bench.Load;

/// <summary>Monitors a server of this program under load through its <c>/metrics</c>.</summary>
internal sealed class ServerWatch : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly HttpClient _client;
    private readonly LoadClock _clock;
    private readonly List<ServerSample> _samples = [];

    public ServerWatch(LoadSettings settings, LoadClock clock)
    {
        _client = settings.Connection.CreateClient();
        (_client.BaseAddress, _client.Timeout) = (settings.Url, Timeout);
        _clock = clock;
    }

    /// <summary>Samples in their order.</summary>
    public IReadOnlyList<ServerSample> Samples => _samples;

    /// <summary>Takes samples until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                _samples.Add(await SampleAsync(cancellationToken));
                await _clock.DelayUntilAsync(_clock.Now + Interval, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The load has ended.
        }
    }

    /// <summary>Waits until no page is in use.</summary>
    /// <returns>Number of pages in use at the end; more than 0 if it takes too long.</returns>
    public async Task<double> WaitForIdleAsync(CancellationToken cancellationToken)
    {
        for (TimeSpan begin = _clock.Now; ;)
        {
            ServerSample sample = await SampleAsync(cancellationToken);
            if (sample.PagesInUse == 0 || _clock.Now - begin > Timeout)
            {
                return sample.PagesInUse;
            }

            await _clock.DelayUntilAsync(_clock.Now + TimeSpan.FromMilliseconds(200), cancellationToken);
        }
    }

    public void Dispose() => _client.Dispose();

    /// <exception cref="HttpRequestException">The server does not have these metrics.</exception>
    private async Task<ServerSample> SampleAsync(CancellationToken cancellationToken)
    {
        string text = await _client.GetStringAsync("/metrics", cancellationToken);
        return ServerSample.Parse(text);
    }
}

/// <summary>Sample of a server's metrics.</summary>
internal readonly record struct ServerSample(double PagesInUse, double ResidentBytes)
{
    private const string PagesMetric = "orleans_inference_kv_cache_pages_used";
    private const string MemoryMetric = "process_resident_memory_bytes";

    /// <param name="text">Answer of <c>/metrics</c>.</param>
    /// <exception cref="HttpRequestException">The server does not have these metrics.</exception>
    public static ServerSample Parse(string text) => new(Read(text, PagesMetric), Read(text, MemoryMetric));

    private static double Read(string text, string metric)
    {
        string? line = text.Split('\n').FirstOrDefault(line => line.StartsWith(metric + "{", StringComparison.Ordinal));
        return line is not null && double.TryParse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new HttpRequestException($"The server's /metrics has no {metric}.");
    }
}
