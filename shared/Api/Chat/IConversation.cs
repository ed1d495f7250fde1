using System.Text.Json.Nodes;

namespace OrleansInference.Api.Chat;

/// <summary>What a request says of the conversation that becomes its prompt.</summary>
internal interface IConversation
{
    ApiOptions Limits { get; }

    /// <summary>The messages as the template sees them.</summary>
    JsonArray Messages { get; set; }

    JsonArray? Tools { get; set; }

    /// <summary>Further variables of the template.</summary>
    JsonObject? TemplateVariables { get; set; }

    /// <summary>Null where the request is silent: true, unless the final message is continued.</summary>
    bool? AddGenerationPrompt { get; set; }

    bool ContinueFinalMessage { get; set; }
}
