using System.Text.Json.Nodes;

namespace OrleansInference.Api.Chat;

/// <summary>Part of a request that describes the conversation of its prompt.</summary>
internal interface IConversation
{
    ApiOptions Limits { get; }

    /// <summary>Messages in the form that the template expects.</summary>
    JsonArray Messages { get; set; }

    JsonArray? Tools { get; set; }

    /// <summary>Additional variables of the template.</summary>
    JsonObject? TemplateVariables { get; set; }

    /// <summary>Whether the prompt ends with the start of an answer. If the request does not specify it (null), it does unless the final message is continued.</summary>
    bool? AddGenerationPrompt { get; set; }

    bool ContinueFinalMessage { get; set; }
}
