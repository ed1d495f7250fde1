namespace OrleansInference.Api.Errors;

internal sealed partial class ErrorMiddleware
{
    [LoggerMessage(1, LogLevel.Debug, "Request {RequestId}: the client disconnected")]
    private static partial void LogAborted(ILogger logger, string requestId);

    [LoggerMessage(2, LogLevel.Debug, "Request {RequestId} was refused with {Status} {Code}: {Reason}")]
    private static partial void LogRefused(ILogger logger, string requestId, int status, string? code, string reason);

    [LoggerMessage(3, LogLevel.Error, "Request {RequestId} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string requestId);
}
