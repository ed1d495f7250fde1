using System.Numerics;
using OrleansInference.Models;

namespace OrleansInference.Engine.Requests;

/// <summary>Refuses requests that the engine cannot serve, independently of the caller.</summary>
public static class RequestValidator
{
    /// <param name="request">The request.</param>
    /// <param name="options">Limits.</param>
    /// <param name="vocabulary">Size of the vocabulary; token ids must be below it.</param>
    /// <param name="positions">Maximum tokens of a sequence.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidRequest"/> or <see cref="ErrorCode.ContextTooLong"/>.</exception>
    public static void Validate(GenerationRequest request, ServingOptions options, int vocabulary, int positions)
    {
        Within("max_tokens", request.MaxTokens, 1, int.MaxValue);
        Within("min_tokens", request.MinTokens, 0, request.MaxTokens);
        Within("n", request.Choices, 1, options.MaxChoices);
        Tokens("prompt", request.Prompt.Span, vocabulary);
        Tokens("stop_token_ids", [.. request.StopTokens], vocabulary);
        Validate(request.Sampling, options, vocabulary);
        if (request.Timeout is { } timeout && timeout <= TimeSpan.Zero)
        {
            Refuse("timeout", timeout, "a positive time");
        }

        if (request.Prompt.IsEmpty)
        {
            Refuse("prompt", "empty", "at least one token");
        }

        if (request.Prompt.Length + (long)request.MaxTokens > positions)
        {
            InferenceException.Throw(
                ErrorCode.ContextTooLong,
                $"The prompt has {request.Prompt.Length} tokens and max_tokens is {request.MaxTokens}, {request.Prompt.Length + (long)request.MaxTokens} in total; expected at most {positions}.",
                "max_tokens");
        }
    }

    private static void Validate(SamplingParameters sampling, ServingOptions options, int vocabulary)
    {
        Within("temperature", sampling.Temperature, 0, 1e6f);
        Within("top_k", sampling.TopK, 0, int.MaxValue);
        Within("top_p", sampling.TopP, 0, 1);
        Within("min_p", sampling.MinP, 0, 1);
        Within("repetition_penalty", sampling.RepetitionPenalty, 1e-6f, 1e6f);
        Within("presence_penalty", sampling.PresencePenalty, -1e6f, 1e6f);
        Within("frequency_penalty", sampling.FrequencyPenalty, -1e6f, 1e6f);
        Within("logprobs", sampling.LogProbs ?? 0, 0, Math.Min(options.MaxLogProbs, vocabulary));
        foreach ((int token, float bias) in sampling.LogitBias)
        {
            Tokens("logit_bias", [token], vocabulary);
            Within("logit_bias", bias, -1e6f, 1e6f);
        }
    }

    private static void Tokens(string parameter, ReadOnlySpan<int> tokens, int vocabulary)
    {
        foreach (int token in tokens)
        {
            if ((uint)token >= (uint)vocabulary)
            {
                Refuse(parameter, token, $"token ids from 0 to {vocabulary - 1}");
            }
        }
    }

    private static void Within<T>(string parameter, T value, T least, T most)
        where T : INumber<T>
    {
        if (!(value >= least && value <= most))
        {
            Refuse(parameter, value, $"{least} to {most}");
        }
    }

    private static void Refuse(string parameter, object value, string expected) =>
        InferenceException.Throw(ErrorCode.InvalidRequest, FormattableString.Invariant($"{parameter} is {value}; expected {expected}."), parameter);
}
