using OrleansInference.Bench.Load;

namespace OrleansInference.Bench.Chaos;

/// <summary>Constant load of streams: each stream sends one request after the other, and compares each answer with the expected one.</summary>
internal sealed class ChaosLoad
{
    private readonly ChaosSettings _settings;
    private readonly IReadOnlyList<string> _urls;
    private readonly ResumingStream?[] _current;
    private readonly TranscriptToken[][] _expected;
    private readonly Lock _lock = new(); // guards the following fields
    private readonly List<string> _failures = [];
    private readonly List<ResumingStream> _seen = [];
    private TranscriptDifference _difference;
    private int _transcripts;
    private int _resumed;
    private long _tokens;
    private volatile bool _stopping;

    /// <param name="settings">Settings of the load.</param>
    /// <param name="urls">Addresses of all nodes.</param>
    public ChaosLoad(ChaosSettings settings, IReadOnlyList<string> urls)
    {
        _settings = settings;
        _urls = urls;
        _current = new ResumingStream?[settings.Streams];
        _expected = new TranscriptToken[settings.Requests][];
    }

    /// <summary>Median gap between two tokens of the undisturbed run, in milliseconds.</summary>
    public double UsualGap { get; private set; }

    /// <summary>For each transcript of the undisturbed run: the longest gap minus <see cref="UsualGap"/>, in milliseconds.</summary>
    public IReadOnlyList<double> Undisturbed { get; private set; } = [];

    /// <summary>Receives errors.</summary>
    public required Action<string> Say { get; init; }

    /// <summary>Open streams that have received tokens.</summary>
    public ResumingStream[] UnderWay => [.. _current.OfType<ResumingStream>().Where(static stream => stream.Reached.IsCompleted && !stream.Completed.IsCompleted)];

    /// <summary>Streams that had not ended at the last <see cref="ForgetCompleted"/>, or have started since.</summary>
    public ResumingStream[] Seen
    {
        get
        {
            lock (_lock)
            {
                return [.. _seen];
            }
        }
    }

    public void ForgetCompleted()
    {
        lock (_lock)
        {
            _seen.RemoveAll(static stream => stream.Completed.IsCompleted);
        }
    }

    /// <summary>Records the undisturbed answer to every request, with as many concurrent requests as there will be streams.</summary>
    public async Task RecordAsync(CancellationToken cancellationToken)
    {
        await Parallel.ForAsync(0, _settings.Requests, new ParallelOptions { MaxDegreeOfParallelism = _settings.Streams, CancellationToken = cancellationToken }, async (number, cancel) =>
            _expected[number] = await Start(number, number, cancel).Completed);
        double[][] gaps = [.. _expected.Select(static tokens =>
            tokens.Zip(tokens.Skip(1), static (before, after) => Stopwatch.GetElapsedTime(before.Moment, after.Moment).TotalMilliseconds).ToArray())];
        UsualGap = LatencyFigures.Of(gaps.SelectMany(static gap => gap)).P50 ?? 0;
        Undisturbed = [.. gaps.Where(static gap => gap.Length > 0).Select(gap => Math.Max(0, gap.Max() - UsualGap))];
    }

    /// <summary>Runs the streams until <see cref="Stop"/>.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, _settings.Streams).Select(stream => RunAsync(stream, cancellationToken)));

    /// <summary>Starts no further requests; open ones run to their end.</summary>
    public void Stop() => _stopping = true;

    /// <summary>Adds the results of the load to a report.</summary>
    public ChaosReport Complete(ChaosReport report)
    {
        lock (_lock)
        {
            return report with { Transcripts = _transcripts, Tokens = _tokens, Difference = _difference, Failures = [.. _failures], Resumed = _resumed };
        }
    }

    private ResumingStream Start(int number, int first, CancellationToken cancellationToken) => ResumingStream.Start(
        [.. Enumerable.Range(0, _urls.Count).Select(node => _urls[(first + node) % _urls.Count])],
        ChaosRequest.Body(_settings.Model, number, _settings.PromptWords, _settings.GenerateTokens),
        timeout: _settings.ClientTimeout,
        cancellationToken: cancellationToken);

    private async Task RunAsync(int stream, CancellationToken cancellationToken)
    {
        for (int turn = 0; !_stopping; turn++)
        {
            int number = (stream + (turn * (_settings.Streams + 1))) % _settings.Requests;
            ResumingStream current = Start(number, stream + turn, cancellationToken);
            lock (_lock)
            {
                _seen.Add(current);
            }

            _current[stream] = current;
            string? failure = null;
            try
            {
                await current.Completed;
            }
            catch (InferenceException error)
            {
                failure = error.Message;
            }

            Compare(number, current, failure);
        }

        _current[stream] = null;
    }

    private void Compare(int number, ResumingStream stream, string? failure)
    {
        TranscriptToken[] got = stream.Tokens();
        ReadOnlySpan<TranscriptToken> expected = _expected[number];
        TranscriptDifference difference = TranscriptDifference.Of(failure is null ? expected : expected[..Math.Min(got.Length, expected.Length)], got);
        lock (_lock)
        {
            _transcripts++;
            _tokens += got.Length;
            _resumed += stream.Resumed;
            _difference += difference;
            if (failure is not null)
            {
                _failures.Add(failure);
            }
        }

        if (failure is not null || !difference.None)
        {
            Say($"Request {number}: {failure ?? difference.ToString()}");
        }
    }
}
