using System.Text.Json.Nodes;

namespace OrleansInference.Api.Responses;

/// <summary>OpenAI's response object.</summary>
internal sealed record ResponseDocument
{
    public required string Id { get; init; }

    public string Object { get; init; } = "response";

    /// <summary>Unix time in seconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>queued, in_progress, completed, incomplete, failed or cancelled.</summary>
    public required string Status { get; init; }

    public bool Background { get; init; }

    /// <summary>Unix time in seconds; null unless completed.</summary>
    public long? CompletedAt { get; init; }

    public ResponseError? Error { get; init; }

    public IncompleteDetails? IncompleteDetails { get; init; }

    public string? Instructions { get; init; }

    public int? MaxOutputTokens { get; init; }

    public int? MaxToolCalls { get; init; }

    public required string Model { get; init; }

    /// <summary>Reasoning, messages and function calls, in the order of generation.</summary>
    public IReadOnlyList<JsonNode> Output { get; init; } = [];

    public bool ParallelToolCalls { get; init; } = true;

    public string? PreviousResponseId { get; init; }

    public ConversationReference? Conversation { get; init; }

    public JsonNode? Reasoning { get; init; }

    public string ServiceTier { get; init; } = "default";

    public bool Store { get; init; }

    public double Temperature { get; init; }

    public JsonNode? Text { get; init; }

    public string ToolChoice { get; init; } = "auto";

    public IReadOnlyList<JsonNode> Tools { get; init; } = [];

    public int TopLogprobs { get; init; }

    public double TopP { get; init; }

    public string Truncation { get; init; } = "disabled";

    /// <summary>Used tokens; null before the end.</summary>
    public ResponseUsage? Usage { get; init; }

    public string? User { get; init; }

    public string? SafetyIdentifier { get; init; }

    public string? PromptCacheKey { get; init; }

    public required JsonNode Metadata { get; init; }

    /// <summary>Key of the generator of random numbers: a request with the same seed has the same answer.</summary>
    public long Seed { get; init; }
}

/// <param name="Id">Id of the conversation.</param>
internal sealed record ConversationReference(string Id);

/// <param name="Code">Machine-readable code, such as <c>server_error</c>.</param>
/// <param name="Message">Human-readable text.</param>
internal sealed record ResponseError(string Code, string Message);

/// <param name="Reason">Always <c>max_output_tokens</c>.</param>
internal sealed record IncompleteDetails(string Reason);

/// <summary>Tokens used by a response.</summary>
internal sealed record ResponseUsage(int InputTokens, InputTokensDetails InputTokensDetails, int OutputTokens, OutputTokensDetails OutputTokensDetails, int TotalTokens)
{
    public static ResponseUsage From(Usage usage) =>
        new(usage.PromptTokens, new(usage.PromptTokensDetails.CachedTokens), usage.CompletionTokens, new(usage.CompletionTokensDetails.ReasoningTokens), usage.TotalTokens);
}

/// <param name="CachedTokens">Prompt tokens found in the prefix cache.</param>
internal sealed record InputTokensDetails(int CachedTokens);

/// <param name="ReasoningTokens">Generated tokens of the reasoning.</param>
internal sealed record OutputTokensDetails(int ReasoningTokens);

/// <summary>Answer to the deletion of an object.</summary>
/// <param name="Id">Id of the object.</param>
/// <param name="Object">Kind of the object.</param>
/// <param name="Deleted">Always true.</param>
internal sealed record ResponseDeletion(string Id, string Object, bool Deleted);
