using System.Text.Json.Nodes;
using OrleansInference.Api.Generation;

namespace OrleansInference.Api.Chat;

/// <summary>Fields of a parsed chat completion request.</summary>
internal sealed class ChatRequest(ApiOptions limits) : GenerationFields(limits), IConversation
{
    public JsonArray Messages { get; set; } = [];

    public JsonArray? Tools { get; set; }

    public JsonObject? TemplateVariables { get; set; }

    public bool? AddGenerationPrompt { get; set; }

    public bool ContinueFinalMessage { get; set; }

    public bool LogProbs { get; set; }

    public int? TopLogProbs { get; set; }

    public override int? Alternatives => LogProbs ? TopLogProbs ?? 0 : null;
}
