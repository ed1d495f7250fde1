using System.Text.Json.Nodes;
using OrleansInference.Models;

namespace OrleansInference.Api.Chat;

/// <summary>Support for continuing the last message of a conversation.</summary>
internal static class FinalMessage
{
    public static string Content(JsonArray messages) => messages[^1]!["content"]?.GetValue<string>() ?? string.Empty;

    /// <summary>Cuts <paramref name="text"/> after the last message's content and drops the template's text after it.</summary>
    public static string Cut(string text, JsonArray messages)
    {
        string content = Content(messages);
        string trimmed = content.Trim();
        int at = trimmed.Length == 0 ? -1 : text.LastIndexOf(trimmed, StringComparison.Ordinal);
        if (at < 0)
        {
            throw new InferenceException(
                ErrorCode.InvalidRequest, "'continue_final_message' needs a last message whose content the chat template shows unchanged.", "continue_final_message");
        }

        string kept = content.TrimStart();
        bool keepsSpaces = string.CompareOrdinal(text, at, kept, 0, kept.Length) == 0;
        return text[..(at + (keepsSpaces ? kept.Length : trimmed.Length))];
    }
}
