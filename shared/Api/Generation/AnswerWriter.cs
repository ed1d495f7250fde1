using System.Text.Json;
using OrleansInference.Api.Errors;
using OrleansInference.Api.Metrics;
using OrleansInference.Api.Streaming;
using OrleansInference.Serving;

namespace OrleansInference.Api.Generation;

/// <summary>Runs a prepared request and answers it, streamed or whole: the one path of chat and completions.</summary>
internal sealed class AnswerWriter(IInferenceService service, ApiMetrics metrics, ILogger<AnswerWriter> logger)
{
    public async Task WriteAsync(HttpContext context, PreparedRequest request, IAnswerFormat format)
    {
        CancellationToken aborted = context.RequestAborted;
        RequestMetrics measured = metrics.Begin();
        await using RequestRun run = await RequestRun.StartAsync(service, request, measured, aborted);
        if (request.Stream)
        {
            await StreamAsync(context, request, format, run);
        }
        else
        {
            CollectingSink whole = new();
            await run.RunAsync(whole, aborted);
            await SendAsync(context, format, whole, run.Usage());
        }

        measured.End(run);
    }

    private async Task StreamAsync(HttpContext context, PreparedRequest request, IAnswerFormat format, RequestRun run)
    {
        CancellationToken aborted = context.RequestAborted;
        using StreamingSink sink = new(context, format, request.Prompts.Sum(prompt => prompt.Request.Choices));
        try
        {
            await run.RunAsync(sink, aborted);
            await sink.CompleteAsync(request.IncludeUsage ? run.Usage() : null, aborted);
        }
        catch (Exception exception) when (sink.Started && !aborted.IsCancellationRequested)
        {
            await sink.FailAsync(ErrorMiddleware.Describe(exception, context.TraceIdentifier, logger), aborted);
        }
    }

    private static async Task SendAsync(HttpContext context, IAnswerFormat format, CollectingSink whole, Usage usage)
    {
        context.Response.ContentType = "application/json";
        await using (Utf8JsonWriter json = new(context.Response.BodyWriter, EventStream.JsonOptions))
        {
            format.WriteWhole(json, whole.Choices, usage);
        }

        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }
}
