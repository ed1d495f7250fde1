using OrleansInference.Models;
using OrleansInference.Text.Templates;
using OrleansInference.Text.Tokenization;

namespace OrleansInference.Text;

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
