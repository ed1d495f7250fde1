using System.Text.Json.Serialization;

namespace OrleansInference.Api.Errors;

/// <summary>OpenAI's error document.</summary>
internal sealed record ErrorDocument(ApiError Error);

/// <summary>Error that a client receives for a failed request.</summary>
/// <param name="Message">Human-readable text: the subject, its value and the expected value.</param>
/// <param name="Type">OpenAI's error type, such as <c>invalid_request_error</c>.</param>
/// <param name="Param">Name of the invalid request field, if there is one.</param>
/// <param name="Code">Machine-readable code, such as <c>model_not_found</c>.</param>
internal sealed record ApiError(string Message, string Type, string? Param, string? Code)
{
    [JsonIgnore]
    public int Status { get; init; } = StatusCodes.Status500InternalServerError;

    [JsonIgnore]
    public TimeSpan? RetryAfter { get; init; }
}
