using System.Globalization;
using System.Text.Json;
using OrleansInference.Models;
using OrleansInference.Tenancy.Audit;
using OrleansInference.Tenancy.Storage;

namespace OrleansInference.Api.Errors;

/// <summary>Answers every failure, including those of routing, in OpenAI's format. A stream that has started reports its own failure.</summary>
internal sealed partial class ErrorMiddleware(RequestDelegate next, ILogger<ErrorMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response.StatusCode >= 400 && IsEmpty(context.Response))
                await WriteAsync(context, ErrorTable.From(context.Response.StatusCode));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            LogAborted(logger, context.TraceIdentifier);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, Describe(exception, context.TraceIdentifier, logger));
        }
    }

    /// <summary>Converts an exception to the client's error. Errors of the server are also logged.</summary>
    public static ApiError Describe(Exception exception, string requestId, ILogger logger)
    {
        ApiError error = exception switch
        {
            InferenceException known => ErrorTable.From(known),
            TenancyStoreException => ErrorTable.From(new InferenceException(ErrorCode.Unavailable, "The database of tenants and keys does not answer. Repeat the request.")),
            AuditException => ErrorTable.From(new InferenceException(ErrorCode.Unavailable, "The audit log of the server cannot be written, and no request is answered without it. Repeat the request.")),
            BadHttpRequestException bad => ErrorTable.From(bad.StatusCode, bad.Message),
            _ => ErrorTable.Internal,
        };
        if (error.Status >= 500 && exception is not (InferenceException { Code: ErrorCode.Unavailable } or TenancyStoreException or AuditException))
            LogFailed(logger, exception, requestId);
        else
            LogRefused(logger, requestId, error.Status, error.Code, error.Message);
        return error;
    }

    private static async Task WriteAsync(HttpContext context, ApiError error)
    {
        HttpResponse response = context.Response;
        response.StatusCode = error.Status;
        response.ContentType = "application/json";
        if (error.RetryAfter is { } wait)
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        if (error.Status is StatusCodes.Status401Unauthorized)
            response.Headers.WWWAuthenticate = "Bearer";
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        await JsonSerializer.SerializeAsync(response.Body, new ErrorDocument(error), ApiJson.Default.ErrorDocument, context.RequestAborted);
    }

    private static bool IsEmpty(HttpResponse response) => !response.HasStarted && response.ContentType is null && response.ContentLength is null or 0;
}
