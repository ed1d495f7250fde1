using OrleansInference.Api.Access;
using OrleansInference.Api.Requests;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Api.Generation;

/// <summary>Makes the complete <see cref="GenerationRequest"/> from what a request says and what the model's defaults are.</summary>
internal static class RequestResolver
{
    /// <param name="name">The model that the request names; null takes the one that is served.</param>
    /// <param name="model">That one.</param>
    public static void CheckModel(string? name, ServedModel model)
    {
        if (name is not null && name != model.Id)
            throw new InferenceException(ErrorCode.ModelNotFound, $"The model '{JsonText.Shorten(name)}' does not exist; this server serves '{model.Id}'.", "model");
    }

    /// <param name="fields">The validated request.</param>
    /// <param name="model">The model it goes to.</param>
    /// <param name="prompt">The prompt's token ids.</param>
    /// <param name="promptField">The field that the prompt came from, for errors.</param>
    /// <param name="id">Names the request.</param>
    /// <param name="caller">Who sends it.</param>
    public static GenerationRequest Resolve(GenerationFields fields, ServedModel model, ReadOnlyMemory<int> prompt, string promptField, string id, Caller caller)
    {
        CheckTokens(fields, model);
        return new GenerationRequest
        {
            RequestId = id,
            Tenant = caller.Tenant,
            Prompt = prompt,
            Sampling = Sampling(fields, model.DefaultSampling),
            MaxTokens = MaxTokens(fields, model, prompt.Length, promptField),
            MinTokens = fields.MinTokens,
            IgnoreEos = fields.IgnoreEos,
            StopTokens = fields.StopTokens,
            Choices = fields.Choices,
            Priority = Priority(fields, caller),
            Timeout = fields.Limits.RequestTimeout,
        };
    }

    /// <summary>
    /// A priority beyond the key's own is refused, like every value out of its range: cut down silently, it would leave the client to find out from its waiting times. A request that names none
    /// takes what the key allows.
    /// </summary>
    private static int Priority(GenerationFields fields, Caller caller) => fields.Priority > caller.MaxPriority
        ? throw new InferenceException(ErrorCode.InvalidRequest, $"'priority' is {fields.Priority}, but this API key may ask for at most {caller.MaxPriority}.", "priority")
        : fields.Priority ?? Math.Min(0, caller.MaxPriority);

    private static SamplingParameters Sampling(GenerationFields fields, SamplingParameters defaults) => new()
    {
        Temperature = fields.Temperature ?? defaults.Temperature,
        TopK = fields.TopK ?? defaults.TopK,
        TopP = fields.TopP ?? defaults.TopP,
        MinP = fields.MinP ?? defaults.MinP,
        RepetitionPenalty = fields.RepetitionPenalty ?? defaults.RepetitionPenalty,
        PresencePenalty = fields.PresencePenalty ?? defaults.PresencePenalty,
        FrequencyPenalty = fields.FrequencyPenalty ?? defaults.FrequencyPenalty,
        LogitBias = fields.LogitBias ?? defaults.LogitBias,
        Seed = unchecked((ulong)(fields.Seed ?? Random.Shared.NextInt64())),
        LogProbs = fields.Alternatives,
    };

    private static int MaxTokens(GenerationFields fields, ServedModel model, int promptTokens, string promptField)
    {
        if (promptTokens == 0)
            throw new InferenceException(ErrorCode.InvalidRequest, $"'{promptField}' has no tokens, but must have at least one.", promptField);
        int most = Math.Min(fields.Limits.MaxPromptTokens ?? int.MaxValue, model.ContextLength - 1);
        if (promptTokens > most)
            throw new InferenceException(ErrorCode.ContextTooLong, $"'{promptField}' has {promptTokens} tokens, but at most {most} are accepted.", promptField);
        int rest = model.ContextLength - promptTokens;
        if (fields.MaxTokens > rest)
        {
            throw new InferenceException(
                ErrorCode.ContextTooLong,
                $"'{promptField}' has {promptTokens} tokens and 'max_tokens' asks for {fields.MaxTokens} more, but the model's context has {model.ContextLength} tokens.",
                promptField);
        }

        return Math.Max(fields.MaxTokens ?? rest, 1);
    }

    private static void CheckTokens(GenerationFields fields, ServedModel model)
    {
        Check("logit_bias", fields.LogitBias?.Keys ?? Enumerable.Empty<int>());
        Check("stop_token_ids", fields.StopTokens);

        void Check(string field, IEnumerable<int> tokens)
        {
            foreach (int token in tokens)
            {
                if (token >= model.VocabularySize)
                    throw new InferenceException(ErrorCode.InvalidRequest, $"'{field}' has the token id {token}, but ids must be below {model.VocabularySize}.", field);
            }
        }
    }
}
