using System.Text.Json;
using Microsoft.Extensions.Options;
using OrleansInference.Api.Access;
using OrleansInference.Api.Audit;
using OrleansInference.Api.Errors;
using OrleansInference.Api.Generation;
using OrleansInference.Tenancy.Audit;

namespace OrleansInference.Api.Responses;

/// <summary>Sends the events of a response to a client.</summary>
internal sealed class ResponseStreamer(IOptions<ApiOptions> options, TimeProvider time, ILogger<ResponseStreamer> logger)
{
    /// <param name="context">Context of the HTTP response.</param>
    /// <param name="live">The response.</param>
    /// <param name="after">Number of the last event that the client has; −1 if it has none.</param>
    public async Task StreamAsync(HttpContext context, LiveResponse live, int after)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, Caller.Of(context).Ended);
        CancellationToken aborted = stop.Token;

        // An earlier failure is an ordinary HTTP error. A background response has no client that waits, so its stream starts immediately.
        if (!live.Start.Background && !await live.WaitAsync(0, aborted) && live.Failure is { } refused)
            throw refused;
        RequestAudit.Of(context)?.SetOutput(() => live.ToAudit(live.End?.Usage));
        using EventStream events = new(context);
        await using KeepAlive keepAlive = new(events, options.Value.KeepAlive, time, aborted);
        ResponseEvents writer = new(live.Start, new ResponseEventSink(events, live.Start.Store ? live.Stored.Id : null, after));
        await WriteAsync(() =>
        {
            events.Start();
            keepAlive.Start();
            writer.Start();
        });
        for (int have = 0; await live.WaitAsync(have, aborted);)
        {
            await WriteAsync(() =>
            {
                for (int count = live.Count; have < count; have++)
                    writer.Add(live[have]);
            });
        }

        ApiError? error = live.End is null ? ErrorMiddleware.Describe(live.Failure!, context.TraceIdentifier, logger) : await AuditAsync(context);
        if (error is not null)
            await RequestAudit.WriteAsync(context, error.Status);
        await WriteAsync(() =>
        {
            if (error is null)
                writer.End(live.End!);
            else
                WriteFailure(events, error, writer.Sequence);
        });

        async Task WriteAsync(Action write)
        {
            await keepAlive.EnterAsync(aborted);
            try
            {
                write();
                await events.FlushAsync(aborted);
            }
            finally
            {
                keepAlive.Leave();
            }
        }
    }

    /// <summary>Writes the line of the audit log before the end of a response is sent.</summary>
    /// <returns>The error to send instead of the end; null if the line is written.</returns>
    private async Task<ApiError?> AuditAsync(HttpContext context)
    {
        try
        {
            await RequestAudit.WriteAsync(context);
            return null;
        }
        catch (AuditException failed)
        {
            return ErrorMiddleware.Describe(failed, context.TraceIdentifier, logger);
        }
    }

    /// <summary>Writes that the stream ends before the response has ended. It has no id: a client that resumes continues after the event before it.</summary>
    private static void WriteFailure(EventStream events, ApiError error, int sequence)
    {
        events.Name("error"u8);
        Utf8JsonWriter json = events.Begin();
        json.WriteStartObject();
        json.WriteString("type"u8, "error"u8);
        json.WriteString("code"u8, error.Code);
        json.WriteString("message"u8, error.Message);
        json.WriteString("param"u8, error.Param);
        json.WriteNumber("sequence_number"u8, sequence);
        json.WriteEndObject();
        events.End();
    }
}
