using System.Globalization;
using System.Text.Json;
using OrleansInference.Api.Requests;
using OrleansInference.Models;

namespace OrleansInference.Api.Generation;

/// <summary>The fields that chat and completions share.</summary>
internal static class GenerationFieldTable
{
    private const int LabelLength = 512;

    private static readonly FieldTable<GenerationFields> StreamOptions = new("StreamOptions",
    [
        RequestField.Boolean<GenerationFields>("include_usage", (request, value) => request.IncludeUsage = value, "Ends the stream with a chunk that has the usage."),
        RequestField.Fixed<GenerationFields>("include_obfuscation", "boolean", "false"),
        RequestField.Fixed<GenerationFields>("continuous_usage_stats", "boolean", "false"),
    ]);

    public static IEnumerable<IRequestField<GenerationFields>> Fields { get; } =
    [
        RequestField.Of<GenerationFields>("model", "string", (request, value) => request.Model = value.Text(256), "The model's name.", required: true),
        RequestField.Boolean<GenerationFields>("stream", (request, value) => request.Stream = value, "Answers with server-sent events."),
        RequestField.Of<GenerationFields>("stream_options", "object", ReadStreamOptions, "Options of the stream."),
        RequestField.Of<GenerationFields>("n", "integer", (request, value) => request.Choices = value.Integer(1, request.Limits.MaxChoices), "Number of choices to generate."),
        RequestField.Number<GenerationFields>("temperature", 0, 2, (request, value) => request.Temperature = value, "0 is greedy."),
        RequestField.Of<GenerationFields>("top_p", "number", (request, value) => request.TopP = value.PositiveNumber(1), "Keeps the most likely tokens up to this probability."),
        RequestField.Integer<GenerationFields>("top_k", -1, int.MaxValue, (request, value) => request.TopK = Math.Max(value, 0), "Keeps the k most likely tokens; 0 or -1 keeps all."),
        RequestField.Number<GenerationFields>("min_p", 0, 1, (request, value) => request.MinP = value, "Keeps tokens whose probability relative to the most likely one is at least this."),
        RequestField.Of<GenerationFields>("repetition_penalty", "number", (request, value) => request.RepetitionPenalty = value.PositiveNumber(100), "1 is off."),
        RequestField.Number<GenerationFields>("presence_penalty", -2, 2, (request, value) => request.PresencePenalty = value, "0 is off."),
        RequestField.Number<GenerationFields>("frequency_penalty", -2, 2, (request, value) => request.FrequencyPenalty = value, "0 is off."),
        RequestField.Of<GenerationFields>("logit_bias", "object", ReadLogitBias, "Added to the logits of tokens, by token id."),
        RequestField.Of<GenerationFields>("seed", "integer", (request, value) => request.Seed = value.LongInteger(), "Equal seeds give equal answers."),
        RequestField.Of<GenerationFields>("stop", "string|array", ReadStop, "Strings that end the answer."),
        RequestField.Of<GenerationFields>("stop_token_ids", "array", ReadStopTokens, "Token ids that end the answer."),
        RequestField.Boolean<GenerationFields>("ignore_eos", (request, value) => request.IgnoreEos = value, "Continues after the end-of-sequence token."),
        RequestField.Integer<GenerationFields>("min_tokens", 0, int.MaxValue, (request, value) => request.MinTokens = value, "Minimum tokens before the answer may end."),
        RequestField.Boolean<GenerationFields>("include_stop_str_in_output", (request, value) => request.IncludeStopString = value, "Keeps the text that ended the answer."),
        RequestField.Boolean<GenerationFields>("skip_special_tokens", (request, value) => request.SkipSpecialTokens = value, "Leaves special tokens out of the text."),
        RequestField.Boolean<GenerationFields>("add_special_tokens", (request, value) => request.AddSpecialTokens = value, "Adds the tokenizer's special tokens to the prompt."),
        RequestField.Integer<GenerationFields>("priority", ApiKey.LowestPriority, ApiKey.HighestPriority, (request, value) => request.Priority = value, "The request is served before those of a lower priority. The default is 0. The priority may not exceed that of the API key."),
        RequestField.Of<GenerationFields>("user", "string", static (fields, value) => fields.User = value.Text(LabelLength), "The end user, for the audit log. It does not change the answer."),
        RequestField.Fixed<GenerationFields>("use_beam_search", "boolean", "false"),
        RequestField.Fixed<GenerationFields>("length_penalty", "number", "1"),
        RequestField.Fixed<GenerationFields>("early_stopping", "boolean", "false"),
        RequestField.Fixed<GenerationFields>("spaces_between_special_tokens", "boolean", "true"),
        RequestField.Fixed<GenerationFields>("prompt_logprobs", "integer"),
        RequestField.Fixed<GenerationFields>("truncate_prompt_tokens", "integer"),
        RequestField.Fixed<GenerationFields>("return_tokens_as_token_ids", "boolean", "false"),
        RequestField.Fixed<GenerationFields>("return_token_ids", "boolean", "false"),
    ];

    /// <summary>Checks the rules that concern several fields.</summary>
    public static void Check(GenerationFields request)
    {
        if (request.HasStreamOptions && !request.Stream)
            throw new InferenceException(ErrorCode.InvalidRequest, "'stream_options' is only accepted when 'stream' is true.", "stream_options");
        if (request.MaxTokens is { } most && request.MinTokens > most)
            throw new InferenceException(ErrorCode.InvalidRequest, $"'min_tokens' is {request.MinTokens}, but must be at most 'max_tokens', which is {most}.", "min_tokens");
    }

    private static void ReadStreamOptions(GenerationFields request, FieldValue value)
    {
        request.HasStreamOptions = true;
        StreamOptions.Read(value, request);
    }

    private static void ReadLogitBias(GenerationFields request, FieldValue value)
    {
        Dictionary<int, float> bias = [];
        foreach ((string name, FieldValue member) in value.Members())
        {
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int token))
                throw value.Invalid($"'{value.Path}' has the name '{JsonText.Shorten(name)}', but names must be token ids.");
            bias[token] = member.Number(-100, 100);
            if (bias.Count > request.Limits.MaxLogitBias)
                throw value.Invalid($"'{value.Path}' has more than {request.Limits.MaxLogitBias} entries.");
        }

        request.LogitBias = bias;
    }

    private static void ReadStop(GenerationFields request, FieldValue value)
    {
        int longest = request.Limits.MaxStopStringLength;
        request.StopStrings = value.Kind switch
        {
            JsonValueKind.String => [NonEmpty(value, longest)],
            JsonValueKind.Array => value.List(request.Limits.MaxStopStrings, item => NonEmpty(item, longest)),
            _ => value.Refuse<string[]>("a string or an array of strings"),
        };
    }

    private static void ReadStopTokens(GenerationFields request, FieldValue value) =>
        request.StopTokens = value.List(request.Limits.MaxStopTokens, item => item.Integer(0, int.MaxValue));

    private static string NonEmpty(FieldValue value, int longest) =>
        value.Text(longest) is { Length: > 0 } text ? text : throw value.Invalid($"'{value.Path}' must not be empty.");
}
