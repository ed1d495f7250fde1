using System.Diagnostics;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Api.Generation;

/// <summary>Measurements and trace span of one generation request.</summary>
internal sealed class RequestMetrics : IDisposable
{
    private const string Provider = "orleans_inference";

    private readonly ApiMetrics _metrics;
    private readonly GenAiMetrics _genAi;
    private readonly TimeProvider _time;
    private readonly PreparedRequest _request;
    private readonly string _model;
    private readonly string _operation;
    private readonly Activity? _span;
    private readonly long _startedAt;
    private long _firstTokenAt;
    private bool _ended;

    /// <param name="metrics">Instruments of the HTTP interface.</param>
    /// <param name="genAi">Instruments of OpenTelemetry's conventions.</param>
    /// <param name="time">Clock.</param>
    /// <param name="request">Request to measure.</param>
    /// <param name="model">Name of the model.</param>
    /// <param name="operation">Operation, named according to the conventions.</param>
    public RequestMetrics(ApiMetrics metrics, GenAiMetrics genAi, TimeProvider time, PreparedRequest request, string model, string operation)
    {
        (_metrics, _genAi, _time, _request, _model, _operation) = (metrics, genAi, time, request, model, operation);
        _startedAt = time.GetTimestamp();
        _span = Tracing.Begin($"{operation} {model}");
        if (_span is { IsAllDataRequested: true })
        {
            Describe(_span, request.Prompts[0].Request);
        }
    }

    /// <summary>Adds the context of this span to a request that is forwarded.</summary>
    public GenerationRequest Traced(GenerationRequest request) => _span is { Recorded: true } ? request with { TraceParent = _span.Id, TraceState = _span.TraceStateString } : request;

    /// <summary>Records a token of <paramref name="choice"/>.</summary>
    public void Token(Choice choice)
    {
        long now = _time.GetTimestamp();
        if (choice.LastTokenAt != 0)
            _metrics.InterToken.Record(_time.GetElapsedTime(choice.LastTokenAt, now).TotalSeconds);
        else if (Interlocked.CompareExchange(ref _firstTokenAt, now, 0) == 0)
            _metrics.TimeToFirstToken.Record(_time.GetElapsedTime(_startedAt, now).TotalSeconds);
        choice.LastTokenAt = now;
    }

    /// <summary>Records that the request was answered completely.</summary>
    public void End(RequestRun run)
    {
        if (_ended)
            return;
        _ended = true;
        Usage usage = run.Usage();
        TimeSpan time = _time.GetElapsedTime(_startedAt);
        _metrics.EndToEnd.Record(time.TotalSeconds);
        _metrics.PromptTokensPerRequest.Record(usage.PromptTokens);
        _metrics.GeneratedTokensPerRequest.Record(usage.CompletionTokens);
        _metrics.Tenants.Record(_request.Prompts[0].Request.Tenant, usage);
        foreach (Choice choice in run.Choices)
        {
            _metrics.Finished.Add(1, new KeyValuePair<string, object?>("finished_reason", ReasonOf(choice)));
        }

        RecordConventions(time, run, usage);
        if (_span is { IsAllDataRequested: true })
        {
            _span.SetTag("gen_ai.usage.input_tokens", usage.PromptTokens).SetTag("gen_ai.usage.output_tokens", usage.CompletionTokens);
            _span.SetTag("gen_ai.usage.cache_read.input_tokens", usage.PromptTokensDetails.CachedTokens);
            _span.SetTag("gen_ai.response.finish_reasons", run.Choices.Select(ReasonOf).ToArray());
        }
    }

    /// <summary>Records that the request failed.</summary>
    /// <param name="error">Error that it failed with.</param>
    public void Fail(Exception error)
    {
        if (_ended)
            return;
        _ended = true;
        if (error is OperationCanceledException)
        {
            _span?.SetTag("orleans_inference.abandoned", true); // the client disconnected
            return;
        }

        string type = error is Models.InferenceException known ? known.Code.ToString() : error.GetType().Name;
        if (_genAi.RequestDuration.Enabled)
            _genAi.RequestDuration.Record(_time.GetElapsedTime(_startedAt).TotalSeconds, [.. Attributes, new("error.type", type)]);
        _span?.SetStatus(ActivityStatusCode.Error, error.Message).SetTag("error.type", type);
    }

    public void Dispose() => _span?.Dispose();

    private KeyValuePair<string, object?>[] Attributes =>
        [new("gen_ai.operation.name", _operation), new("gen_ai.provider.name", Provider), new("gen_ai.request.model", _model), new("gen_ai.response.model", _model)];

    private static string ReasonOf(Choice choice) => choice.Finish is FinishReason.Length ? "length" : "stop";

    private void Describe(Activity span, GenerationRequest request)
    {
        foreach ((string key, object? value) in Attributes)
        {
            span.SetTag(key, value);
        }

        span.SetTag("gen_ai.request.max_tokens", request.MaxTokens).SetTag("gen_ai.request.temperature", request.Sampling.Temperature).SetTag("gen_ai.request.top_p", request.Sampling.TopP);
        span.SetTag("gen_ai.request.seed", unchecked((long)request.Sampling.Seed)).SetTag("gen_ai.request.choice.count", _request.Prompts.Sum(static prompt => prompt.Request.Choices));
        span.SetTag("gen_ai.response.id", request.RequestId).SetTag("gen_ai.request.stream", _request.Stream);
    }

    private void RecordConventions(TimeSpan time, RequestRun run, Usage usage)
    {
        if (!_genAi.RequestDuration.Enabled)
            return;
        KeyValuePair<string, object?>[] attributes = Attributes;
        _genAi.RequestDuration.Record(time.TotalSeconds, attributes);
        if (_firstTokenAt == 0)
            return;
        _genAi.TimeToFirstToken.Record(_time.GetElapsedTime(_startedAt, _firstTokenAt).TotalSeconds, attributes);
        int later = usage.CompletionTokens - run.Choices.Count();
        if (later > 0)
            _genAi.TimePerOutputToken.Record(_time.GetElapsedTime(_firstTokenAt, run.Choices.Max(static choice => choice.LastTokenAt)).TotalSeconds * run.Choices.Count() / later, attributes);
    }
}
