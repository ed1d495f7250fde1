using System.Text.Json.Nodes;
using OrleansInference.Api.Generation;

namespace OrleansInference.Api.Chat;

/// <summary>What a chat completion request says.</summary>
internal sealed class ChatRequest(ApiOptions limits) : GenerationFields(limits)
{
    /// <summary>The messages as the template sees them.</summary>
    public JsonArray Messages { get; set; } = [];

    public JsonArray? Tools { get; set; }

    public JsonObject? TemplateVariables { get; set; }

    /// <summary>Null where the request is silent: true, unless the final message is continued.</summary>
    public bool? AddGenerationPrompt { get; set; }

    public bool ContinueFinalMessage { get; set; }

    public bool LogProbs { get; set; }

    public int? TopLogProbs { get; set; }

    public override int? Alternatives => LogProbs ? TopLogProbs ?? 0 : null;
}
