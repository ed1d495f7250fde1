using OrleansInference.Engine.Requests;
using OrleansInference.Text.Streaming;
using OrleansInference.Text.Tokenization;

namespace OrleansInference.Api.Generation;

/// <summary>Prompt that is ready for generation, and the options that convert its tokens to text.</summary>
internal sealed record PreparedPrompt(GenerationRequest Request, ITokenizer Tokenizer, TextStreamOptions Text)
{
    /// <summary>Reserved identifier of the generation, see <see cref="IResumableInference"/>; null for a new one.</summary>
    public string? Session { get; init; }

    /// <summary>Text of the prompt to put before the answer; null if not requested.</summary>
    public string? Echo { get; init; }

    /// <summary>Whether only the prompt's echo is requested: the single generated token is dropped.</summary>
    public bool EchoOnly { get; init; }
}

/// <summary>Request that is ready to run.</summary>
/// <param name="Answer">Identifier of the answer.</param>
/// <param name="Stream">Whether the answer is a stream.</param>
/// <param name="IncludeUsage">Whether the stream ends with the usage.</param>
/// <param name="Prompts">Prompts, at least one; choice c of prompt p has the index p · n + c.</param>
/// <param name="Resume">Interrupted stream that the request continues; null for a new one.</param>
internal sealed record PreparedRequest(AnswerId Answer, bool Stream, bool IncludeUsage, IReadOnlyList<PreparedPrompt> Prompts, ResumePoint? Resume);
