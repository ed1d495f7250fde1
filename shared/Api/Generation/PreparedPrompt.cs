using OrleansInference.Engine.Requests;
using OrleansInference.Text.Streaming;
using OrleansInference.Text.Tokenization;

namespace OrleansInference.Api.Generation;

/// <summary>A prompt ready to be generated from, and how its tokens become text.</summary>
internal sealed record PreparedPrompt(GenerationRequest Request, ITokenizer Tokenizer, TextStreamOptions Text)
{
    /// <summary>The prompt's own text, put before the answer; null when it is not asked for.</summary>
    public string? Echo { get; init; }

    /// <summary>Whether nothing but the prompt's echo is asked for: the one token that is generated is dropped.</summary>
    public bool EchoOnly { get; init; }
}

/// <summary>A whole request, ready to run.</summary>
/// <param name="Answer">Names the answer.</param>
/// <param name="Stream">Whether it is answered by a stream.</param>
/// <param name="IncludeUsage">Whether that stream ends with the usage.</param>
/// <param name="Prompts">One or more prompts; choice c of prompt p has the index p · n + c.</param>
/// <param name="Resume">The stream that it goes on with; null for a new one.</param>
internal sealed record PreparedRequest(AnswerId Answer, bool Stream, bool IncludeUsage, IReadOnlyList<PreparedPrompt> Prompts, ResumePoint? Resume);
