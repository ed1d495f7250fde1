using OrleansInference.Models;
using OrleansInference.Text.Templates;
using OrleansInference.Text.Tokenization;

namespace OrleansInference.Text;

/// <summary>How text becomes a model's tokens, and its tokens become text.</summary>
/// <param name="Tokenizer">The model's tokenizer.</param>
/// <param name="ChatTemplate">Null when the checkpoint has none: chat completions are refused then.</param>
public sealed record ModelText(ITokenizer Tokenizer, IChatTemplate? ChatTemplate)
{
    private const string EndOfReasoning = "</think>";

    /// <summary>Whether answers begin with reasoning between <c>&lt;think&gt;</c> and <c>&lt;/think&gt;</c>.</summary>
    public bool Reasons { get; } = Tokenizer.TokenId(EndOfReasoning) is not null;

    /// <summary>Reads the tokenizer and the chat template of a checkpoint's folder.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidTokenizer"/> or <see cref="ErrorCode.InvalidTemplate"/>: a file is missing or malformed.</exception>
    public static ModelText Read(string folder) => new(TextFiles.RequireTokenizer(folder), TextFiles.FindChatTemplate(folder));
}
