using OrleansInference.Models;

namespace OrleansInference.Api.Errors;

/// <summary>Maps error codes to HTTP status, OpenAI error type and code.</summary>
internal static class ErrorTable
{
    private const string Invalid = "invalid_request_error";
    private const string Server = "server_error";

    /// <summary>Returns the error for clients. Internal errors have no details.</summary>
    public static ApiError From(InferenceException exception)
    {
        (int status, string type, string code) = Row(exception.Code);
        return status is StatusCodes.Status500InternalServerError
            ? Internal
            : new ApiError(exception.Message, type, exception.Parameter, code) { Status = status, RetryAfter = RetryAfter(exception, status) };
    }

    /// <summary>Returns the error for a status that the HTTP layer itself has set.</summary>
    public static ApiError From(int status, string? message = null) => status switch
    {
        StatusCodes.Status401Unauthorized => new(message ?? "Credentials are missing or wrong.", Invalid, null, "invalid_api_key") { Status = status },
        StatusCodes.Status403Forbidden => new(message ?? "This request is not allowed.", Invalid, null, "forbidden") { Status = status },
        StatusCodes.Status404NotFound => new(message ?? "This path does not exist.", Invalid, null, "not_found") { Status = status },
        StatusCodes.Status405MethodNotAllowed => new(message ?? "This path does not support this method.", Invalid, null, "method_not_allowed") { Status = status },
        StatusCodes.Status413PayloadTooLarge => new(message ?? "The request body is too large.", Invalid, null, "request_too_large") { Status = status },
        StatusCodes.Status415UnsupportedMediaType =>
            new(message ?? "The request body must be 'application/json' in UTF-8.", Invalid, null, "unsupported_media_type") { Status = status },
        >= 500 => Internal with { Status = status },
        _ => new(message ?? "The request is malformed.", Invalid, null, "invalid_request") { Status = status },
    };

    public static ApiError Internal { get; } = new("The server failed to serve this request.", Server, null, "internal_error");

    private static (int Status, string Type, string Code) Row(ErrorCode code) => code switch
    {
        ErrorCode.InvalidRequest => (StatusCodes.Status400BadRequest, Invalid, "invalid_value"),
        ErrorCode.UnsupportedField => (StatusCodes.Status400BadRequest, Invalid, "unsupported_parameter"),
        ErrorCode.ContextTooLong => (StatusCodes.Status400BadRequest, Invalid, "context_length_exceeded"),
        ErrorCode.InvalidTemplate => (StatusCodes.Status400BadRequest, Invalid, "invalid_conversation"),
        ErrorCode.Unauthorized => (StatusCodes.Status401Unauthorized, Invalid, "invalid_api_key"),
        ErrorCode.Forbidden => (StatusCodes.Status403Forbidden, Invalid, "insufficient_permissions"),
        ErrorCode.NotFound => (StatusCodes.Status404NotFound, Invalid, "not_found"),
        ErrorCode.Conflict => (StatusCodes.Status409Conflict, Invalid, "conflict"),
        ErrorCode.ModelNotFound => (StatusCodes.Status404NotFound, Invalid, "model_not_found"),
        ErrorCode.BudgetExceeded => (StatusCodes.Status402PaymentRequired, "insufficient_quota", "insufficient_quota"),
        ErrorCode.Overloaded => (StatusCodes.Status429TooManyRequests, "rate_limit_error", "rate_limit_exceeded"),
        ErrorCode.Unavailable => (StatusCodes.Status503ServiceUnavailable, Server, "service_unavailable"),
        ErrorCode.OutOfMemory => (StatusCodes.Status503ServiceUnavailable, Server, "out_of_memory"),
        _ => (StatusCodes.Status500InternalServerError, Server, "internal_error"),
    };

    private static TimeSpan? RetryAfter(InferenceException exception, int status) =>
        exception.RetryAfter ?? (status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable ? TimeSpan.FromSeconds(1) : null);
}
