using System.Text.Json.Nodes;
using OrleansInference.Text.Templates;
using OrleansInference.Text.Tokenization;

namespace OrleansInference.Text;

/// <summary>Reads the tokenizer and template files of a checkpoint's folder. The folder needs no other files.</summary>
public static class TextFiles
{
    private const string TokenizerFile = "tokenizer.json";
    private const string WithTools = "tool_use";

    /// <summary>Reads the tokenizer; null if the folder has none.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidTokenizer"/>: the file is malformed, or uses a component that is not supported.</exception>
    public static ITokenizer? FindTokenizer(string folder)
    {
        string path = Path.Combine(folder, TokenizerFile);
        return File.Exists(path) ? Tokenizer.Load(path) : null;
    }

    /// <summary>Reads the chat template; null if the folder has none.</summary>
    /// <exception cref="InferenceException">tokenizer_config.json is malformed, or the template does not parse.</exception>
    public static IChatTemplate? FindChatTemplate(string folder)
    {
        TokenizerConfig config = TokenizerConfig.Load(folder);
        if (config.ChatTemplate is not string source)
        {
            return null;
        }

        ChatTemplate template = Parse(source);
        return config.ChatTemplates.TryGetValue(WithTools, out string? other) ? new ToolAwareTemplate(template, Parse(other)) : template;

        ChatTemplate Parse(string text) => ChatTemplate.Parse(text, config.BeginToken, config.EndToken);
    }

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidTokenizer"/>: the folder has no tokenizer, or a malformed one.</exception>
    public static ITokenizer RequireTokenizer(string folder) =>
        FindTokenizer(folder) ?? throw new InferenceException(ErrorCode.InvalidTokenizer, $"{folder} has no {TokenizerFile}.", TokenizerFile);

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidTemplate"/>: the folder has no chat template, or a malformed one.</exception>
    public static IChatTemplate RequireChatTemplate(string folder) =>
        FindChatTemplate(folder) ?? throw new InferenceException(
            ErrorCode.InvalidTemplate, $"{folder} has no chat template: neither chat_template in tokenizer_config.json nor chat_template.jinja.", "chat_template");
}

/// <summary>Text encoding and decoding of a model.</summary>
/// <param name="Tokenizer">Tokenizer of the model.</param>
/// <param name="ChatTemplate">Chat template; null if the checkpoint has none: chat completions are then refused.</param>
public sealed record ModelText(ITokenizer Tokenizer, IChatTemplate? ChatTemplate)
{
    private const string EndOfReasoning = "</think>";

    /// <summary>Whether answers begin with reasoning between <c>&lt;think&gt;</c> and <c>&lt;/think&gt;</c>.</summary>
    public bool Reasons { get; } = Tokenizer.TokenId(EndOfReasoning) is not null;

    /// <summary>Reads the tokenizer and the chat template of a checkpoint's folder.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidTokenizer"/> or <see cref="ErrorCode.InvalidTemplate"/>: a file is missing or malformed.</exception>
    public static ModelText Read(string folder) => new(TextFiles.RequireTokenizer(folder), TextFiles.FindChatTemplate(folder));
}

/// <summary>Two templates of one checkpoint, one of them for conversations with tools.</summary>
internal sealed class ToolAwareTemplate(IChatTemplate plain, IChatTemplate withTools) : IChatTemplate
{
    public string Render(JsonObject variables) => (variables["tools"] is null ? plain : withTools).Render(variables);
}
