using System.Net.Http.Json;
using System.Net.Sockets;
using OrleansInference.Bench.Load;

namespace OrleansInference.Bench.Fuzz;

/// <summary>Sends generated requests to a server, checks each answer, and at the end that the server answers a known request as at the start, holds no page, and has not grown.</summary>
/// <param name="settings">Server, seed and duration.</param>
/// <param name="say">Receives a line for each kept failure.</param>
internal sealed class FuzzDriver(FuzzSettings settings, Action<string> say) : IDisposable
{
    private const double WarmUpShare = 0.2;
    private const double Megabyte = 1 << 20;
    private static readonly TimeSpan AskInterval = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient _http = new() { BaseAddress = settings.Url, Timeout = settings.AnswerTime };
    private readonly KnownIds _ids = new();
    private int _sent;

    /// <exception cref="HttpRequestException">The server refuses the administrator's key, or cannot be reached.</exception>
    public async Task<FuzzReport> RunAsync(CancellationToken cancellationToken)
    {
        FuzzCallers callers = await FuzzCallers.CreateAsync(_http, settings.AdminKey, _ids, cancellationToken);
        ApiOperation[] operations = ApiOperation.ReadAll(JsonNode.Parse(await _http.GetStringAsync("/openapi/v1.json", cancellationToken))!);
        string model = (await _http.GetFromJsonAsync<JsonElement>("/v1/models", cancellationToken)).GetProperty("data")[0].GetProperty("id").GetString()!;
        RequestGenerator generator = new(settings.Seed, operations, callers, _ids, model);
        FuzzReport report = new() { Seed = settings.Seed, Operations = operations.Length };
        string known = await KnownAnswerAsync(model, cancellationToken);
        long start = Stopwatch.GetTimestamp();
        await SendAsync(generator, report, start, settings.Duration * WarmUpShare, (int)(settings.MaxRequests * WarmUpShare), cancellationToken);
        report.ResidentBefore = await ResidentWhenIdleAsync(report, cancellationToken);
        await SendAsync(generator, report, start, settings.Duration, settings.MaxRequests, cancellationToken);
        report.Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        report.ResidentAfter = await ResidentWhenIdleAsync(report, cancellationToken);
        if (report.ResidentAfter - report.ResidentBefore > settings.MaxGrowth)
        {
            Fail(report, new FuzzFailure($"The resident memory grew by more than {settings.MaxGrowth} MB after warm-up."));
        }

        if (await KnownAnswerAsync(model, cancellationToken) is var again && again != known)
        {
            Fail(report, new FuzzFailure($"The known request was answered with {again}, and with {known} at the start."));
        }

        return report;
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Sends requests until the end of a period.</summary>
    private Task SendAsync(RequestGenerator generator, FuzzReport report, long start, TimeSpan end, int last, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, settings.Streams).Select(_ => Task.Run(
            async () =>
            {
                while (Stopwatch.GetElapsedTime(start) < end && !cancellationToken.IsCancellationRequested && Interlocked.Increment(ref _sent) is var number && number <= last)
                {
                    FuzzRequest request = generator.Create(number);
                    await Task.WhenAll(Enumerable.Range(0, request.Copies).Select(_ => SendAsync(request, report, cancellationToken)));
                }
            },
            CancellationToken.None)));

    private async Task SendAsync(FuzzRequest request, FuzzReport report, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(settings.AnswerTime);
        try
        {
            FuzzAnswer answer = await RawHttp.SendAsync(settings.Url, request, limit.Token);
            report.Add(request, answer);
            if (AnswerCheck.FindFault(request, answer) is { } fault)
            {
                Fail(report, new FuzzFailure(fault, request, answer));
            }
            else if (answer is { Whole: true, Status: >= 200 and < 300 } && request.AlsoAllowed.Count == 0 && answer.ContentType.StartsWith("application/json", StringComparison.Ordinal) && answer.Body.Length > 0)
            {
                using JsonDocument document = JsonDocument.Parse(answer.Body);
                _ids.AddAll(document.RootElement, request);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Fail(report, new FuzzFailure($"The answer did not end within {settings.AnswerTime.TotalSeconds} s.", request));
        }
        catch (OperationCanceledException)
        {
            // The run was interrupted.
        }
        catch (SocketException refused)
        {
            Fail(report, new FuzzFailure($"The server cannot be reached: {refused.Message}", request));
            await Task.Delay(AskInterval, CancellationToken.None);
        }
    }

    /// <returns>Text, tokens and log-probabilities of an answer that never differs.</returns>
    private async Task<string> KnownAnswerAsync(string model, CancellationToken cancellationToken)
    {
        JsonObject request = new() { ["model"] = model, ["prompt"] = "1, 2, 3,", ["max_tokens"] = 64, ["temperature"] = 0.8, ["seed"] = 7, ["ignore_eos"] = true, ["logprobs"] = 1 };
        using HttpResponseMessage answer = await _http.PostAsJsonAsync("/v1/completions", request, cancellationToken);
        JsonElement document = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        return document.TryGetProperty("choices", out JsonElement choices) ? choices.GetRawText() : document.GetRawText();
    }

    /// <summary>Waits until no page is in use, as responses in the background may still be generated.</summary>
    private async Task<double> ResidentWhenIdleAsync(FuzzReport report, CancellationToken cancellationToken)
    {
        long since = Stopwatch.GetTimestamp();
        while (true)
        {
            ServerSample sample = ServerSample.Parse(await _http.GetStringAsync("/metrics", cancellationToken));
            bool isLate = Stopwatch.GetElapsedTime(since) > settings.AnswerTime;
            if (isLate && sample.PagesInUse > 0)
            {
                Fail(report, new FuzzFailure($"{sample.PagesInUse} pages stay in use after all requests have ended."));
            }

            if (isLate || sample.PagesInUse == 0)
            {
                return sample.ResidentBytes / Megabyte;
            }

            await Task.Delay(AskInterval, cancellationToken);
        }
    }

    private void Fail(FuzzReport report, FuzzFailure failure)
    {
        if (report.Add(failure))
        {
            say(failure.Describe().ToJsonString());
        }
    }
}
