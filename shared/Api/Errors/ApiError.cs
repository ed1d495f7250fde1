using System.Text.Json.Serialization;

namespace OrleansInference.Api.Errors;

/// <summary>OpenAI's error document.</summary>
internal sealed record ErrorDocument(ApiError Error);

/// <summary>What a caller is told when a request fails.</summary>
/// <param name="Message">For people: the thing, the value, what was expected.</param>
/// <param name="Type">OpenAI's error type, such as <c>invalid_request_error</c>.</param>
/// <param name="Param">The request field at fault, where there is one.</param>
/// <param name="Code">For programs, such as <c>model_not_found</c>.</param>
internal sealed record ApiError(string Message, string Type, string? Param, string? Code)
{
    [JsonIgnore]
    public int Status { get; init; } = StatusCodes.Status500InternalServerError;

    [JsonIgnore]
    public TimeSpan? RetryAfter { get; init; }
}
