using System.Text.Json;
using Microsoft.Extensions.Options;
using OrleansInference.Api.Access;
using OrleansInference.Api.Audit;
using OrleansInference.Api.Errors;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Api.Generation;

/// <summary>Runs a prepared request and writes its answer, as a stream or as one document. Chat and completions share it.</summary>
internal sealed class AnswerWriter(
    IInferenceService service, ApiMetrics metrics, GenAiMetrics genAi, IOptions<ApiOptions> options, TimeProvider time, QuotaGate quotas, ILogger<AnswerWriter> logger)
{
    public async Task WriteAsync(HttpContext context, PreparedRequest request, IAnswerFormat format)
    {
        Caller caller = Caller.Of(context);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, caller.Ended);
        CancellationToken stopped = stop.Token;
        using RequestMetrics measured = new(metrics, genAi, time, request, service.Model.Id, format.Operation);
        try
        {
            // A resumed request has its lease already.
            request = request.Resume is null ? await quotas.AdmitAsync(context, request) : request;
            await using RequestRun run = await StartAsync(request, measured, stopped);
            if (request.Stream)
            {
                await StreamAsync(context, request, format, run, measured, stopped);
            }
            else
            {
                CollectingSink whole = new();
                RequestAudit.Of(context)?.SetOutput(() => AuditOutput.Of(whole.Choices.Select(static choice => (choice.Reasoning, choice.Content)), run.Usage().CompletionTokens));
                await run.RunAsync(whole, stopped);
                await run.ConfirmAsync(time, stopped);
                await RequestAudit.WriteAsync(context);
                await SendAsync(context, format, whole, run.Usage());
            }

            measured.End(run);
        }
        catch (Exception exception)
        {
            Exception reason = IsEnded(context, exception) ? KeyEnded(exception) : exception;
            measured.Fail(reason);
            if (reason != exception)
                throw reason;
            throw;
        }
    }

    private async Task<RequestRun> StartAsync(PreparedRequest request, RequestMetrics measured, CancellationToken stopped)
    {
        try
        {
            return await RequestRun.StartAsync(service, request, measured, stopped);
        }
        catch
        {
            await quotas.ReturnAsync(request.Prompts);
            throw;
        }
    }

    /// <param name="stopped">Cancelled when the client has disconnected, or its key has ended.</param>
    private async Task StreamAsync(HttpContext context, PreparedRequest request, IAnswerFormat format, RequestRun run, RequestMetrics measured, CancellationToken stopped)
    {
        CancellationToken aborted = context.RequestAborted;
        int choices = request.Prompts[0].Request.Choices;
        StreamPosition? position = run.Sessions is { } sessions ? new StreamPosition(request.Answer, sessions, choices, request.Resume) : null;
        await using StreamingSink sink = new(context, format, choices * request.Prompts.Count, position, options.Value.KeepAlive, time);
        try
        {
            await run.RunAsync(AuditedSink.For(sink, run, context), stopped);
            await run.ConfirmAsync(time, stopped);
            await RequestAudit.WriteAsync(context);
            await sink.CompleteAsync(request.IncludeUsage ? run.Usage() : null, aborted);
        }
        catch (OperationCanceledException cancelled) when (!IsEnded(context, cancelled) && position is not null && (sink.Started || request.Resume is not null))
        {
            // Only a client that has an event's id can resume. A broken connection may show in a write before the token of the request.
            await run.LeaveAsync();
            throw;
        }
        catch (Exception exception) when (sink.Started && !aborted.IsCancellationRequested)
        {
            Exception reason = IsEnded(context, exception) ? KeyEnded(exception) : exception;
            measured.Fail(reason);
            ApiError error = ErrorMiddleware.Describe(reason, context.TraceIdentifier, logger);
            await RequestAudit.WriteAsync(context, error.Status);
            await sink.FailAsync(error, aborted);
        }
    }

    /// <summary>Returns whether a request was stopped because its key has ended.</summary>
    private static bool IsEnded(HttpContext context, Exception exception) =>
        exception is OperationCanceledException && !context.RequestAborted.IsCancellationRequested && Caller.Of(context).Ended.IsCancellationRequested;

    private static InferenceException KeyEnded(Exception stop) =>
        new(ErrorCode.Unauthorized, "The API key was revoked or has expired, or its tenant was disabled, while the request ran.", null, stop);

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
