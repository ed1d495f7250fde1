using System.Text.Json.Nodes;
using OrleansInference.Api.Chat;
using OrleansInference.Api.Generation;

namespace OrleansInference.Api.Responses;

/// <summary>Fields of a parsed request for a response.</summary>
internal sealed class ResponseRequest(ApiOptions limits) : GenerationFields(limits), IConversation
{
    /// <summary>Plain text of the input; null if the input is an array of items.</summary>
    public string? InputText { get; set; }

    /// <summary>Items of the input.</summary>
    public IReadOnlyList<JsonObject> Items { get; set; } = [];

    public string? Instructions { get; set; }

    public string? Previous { get; set; }

    public string? Conversation { get; set; }

    public JsonObject Metadata { get; set; } = [];

    public bool Store { get; set; } = true;

    public bool Background { get; set; }

    /// <summary>Whether the oldest items are left out if the context is too short.</summary>
    public bool Truncates { get; set; }

    public bool UsesTools { get; set; } = true;

    /// <summary>Tools as the request describes them.</summary>
    public IReadOnlyList<JsonNode> ToolFields { get; set; } = [];

    public string? SafetyIdentifier { get; set; }

    public string? PromptCacheKey { get; set; }

    public override int? Alternatives => null;

    public override string MaxTokensName => "max_output_tokens";

    public JsonArray Messages { get; set; } = [];

    public JsonArray? Tools { get; set; }

    public JsonObject? TemplateVariables { get; set; }

    public bool? AddGenerationPrompt { get; set; } = true;

    public bool ContinueFinalMessage { get; set; }
}
