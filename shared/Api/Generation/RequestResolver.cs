using OrleansInference.Api.Access;
using OrleansInference.Api.Requests;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Api.Generation;

/// <summary>Creates the complete <see cref="GenerationRequest"/> from the fields of a request and the model's defaults.</summary>
internal static class RequestResolver
{
    /// <param name="name">Name of the requested model; null selects the served one.</param>
    /// <param name="model">The served model.</param>
    /// <param name="caller">Sender of the request, who may be limited to certain models.</param>
    public static void CheckModel(string? name, ServedModel model, Caller caller)
    {
        if (!caller.MayUse(model.Id))
            throw new InferenceException(ErrorCode.ModelNotFound, $"The model '{JsonText.Shorten(name ?? model.Id)}' does not exist, or this API key may not use it.", "model");
        if (name is not null && name != model.Id)
            throw new InferenceException(ErrorCode.ModelNotFound, $"The model '{JsonText.Shorten(name)}' does not exist; this server serves '{model.Id}'.", "model");
    }

    /// <param name="fields">The validated request.</param>
    /// <param name="model">The model that serves the request.</param>
    /// <param name="prompt">The prompt's token ids.</param>
    /// <param name="promptField">The field of the prompt, for errors.</param>
    /// <param name="id">Id of the request.</param>
    /// <param name="caller">Sender of the request.</param>
    public static GenerationRequest Resolve(GenerationFields fields, ServedModel model, ReadOnlyMemory<int> prompt, string promptField, string id, Caller caller)
    {
        CheckTokens(fields, model);
        return new GenerationRequest
        {
            RequestId = id,
            Tenant = caller.Tenant,
            Policy = Policy(caller),
            Account = new UsageAccount(caller.Key, model.Id, Requests: 1),
            Prompt = prompt,
            Sampling = Sampling(fields, model.DefaultSampling) with { Watermark = caller.Watermark },
            MaxTokens = MaxTokens(fields, model, prompt.Length, promptField),
            MinTokens = fields.MinTokens,
            IgnoreEos = fields.IgnoreEos,
            StopTokens = fields.StopTokens,
            Choices = fields.Choices,
            Priority = Priority(fields, caller),
            Timeout = fields.Limits.RequestTimeout,
        };
    }

    private static TenantPolicy Policy(Caller caller) => new()
    {
        Change = caller.Record?.Change ?? 0,
        Weight = caller.TenantLimits.Weight,
        SharesPrefixes = caller.TenantLimits.SharedPrefixes == true,
        IdleKvBytes = caller.TenantLimits.KvBytes,
    };

    /// <summary>
    /// Returns the priority of a request. A priority above that of the key is refused, like every value out of its range, because the client would not notice a silent reduction. A
    /// request without a priority gets 0, or the key's maximum if that is lower.
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
                $"'{promptField}' has {promptTokens} tokens and '{fields.MaxTokensName}' asks for {fields.MaxTokens} more, but the model's context has {model.ContextLength} tokens.",
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
