using System.Text.Json;
using Microsoft.Extensions.Options;
using OrleansInference.Api.Errors;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Api.Generation;

/// <summary>Runs a prepared request and writes its answer, as a stream or as one document. Chat and completions share it.</summary>
internal sealed class AnswerWriter(
    IInferenceService service, ApiMetrics metrics, GenAiMetrics genAi, IOptions<ApiOptions> options, TimeProvider time, ILogger<AnswerWriter> logger)
{
    public async Task WriteAsync(HttpContext context, PreparedRequest request, IAnswerFormat format)
    {
        CancellationToken aborted = context.RequestAborted;
        using RequestMetrics measured = new(metrics, genAi, time, request, service.Model.Id, format.Operation);
        try
        {
            await using RequestRun run = await RequestRun.StartAsync(service, request, measured, aborted);
            if (request.Stream)
            {
                await StreamAsync(context, request, format, run, measured);
            }
            else
            {
                CollectingSink whole = new();
                await run.RunAsync(whole, aborted);
                await SendAsync(context, format, whole, run.Usage());
            }

            measured.End(run);
        }
        catch (Exception exception)
        {
            measured.Fail(exception);
            throw;
        }
    }

    private async Task StreamAsync(HttpContext context, PreparedRequest request, IAnswerFormat format, RequestRun run, RequestMetrics measured)
    {
        CancellationToken aborted = context.RequestAborted;
        int choices = request.Prompts[0].Request.Choices;
        StreamPosition? position = run.Sessions is { } sessions ? new StreamPosition(request.Answer, sessions, choices, request.Resume) : null;
        await using StreamingSink sink = new(context, format, choices * request.Prompts.Count, position, options.Value.KeepAlive, time);
        try
        {
            await run.RunAsync(sink, aborted);
            await sink.CompleteAsync(request.IncludeUsage ? run.Usage() : null, aborted);
        }
        catch (OperationCanceledException) when (position is not null && (sink.Started || request.Resume is not null))
        {
            // Only a client that has an event's id can resume.
            await run.LeaveAsync();
            throw;
        }
        catch (Exception exception) when (sink.Started && !aborted.IsCancellationRequested)
        {
            measured.Fail(exception);
            await sink.FailAsync(ErrorMiddleware.Describe(exception, context.TraceIdentifier, logger), aborted);
        }
    }

    /// <summary>Returns the interrupted stream that a request continues; null if there is none or the service does not support it.</summary>
    public ResumePoint? ResumeOf(HttpContext context, bool stream) => stream && service is IResumableInference ? ResumePoint.Read(context) : null;

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
