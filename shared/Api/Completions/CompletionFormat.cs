using System.Text.Json;
using OrleansInference.Api.Generation;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Sampling;
using OrleansInference.Text.Tokenization;

namespace OrleansInference.Api.Completions;

/// <summary>Formats a completion as OpenAI does.</summary>
internal sealed class CompletionFormat(string id, DateTimeOffset created, ServedModel model, ITokenizer tokenizer, CompletionRequest request) : IAnswerFormat
{
    private readonly ChunkWriter _chunks = new(id, "text_completion", created, model, request.IncludeUsage);
    private readonly CompletionLogProbsBuilder _logProbs = new(tokenizer, request.SkipSpecialTokens);

    public string Operation => "text_completion";

    public bool HasStart(Choice choice) => choice.Echo is not null;

    public void WriteStart(Utf8JsonWriter json, Choice choice) => WriteChunk(json, choice.Index, choice.Echo!, choice.PromptScores, null);

    public void WriteDelta(Utf8JsonWriter json, ChoiceUpdate update) => WriteChunk(json, update.Choice.Index, update.Content, update.Choice.Released, null);

    public void WriteFinish(Utf8JsonWriter json, Choice choice) => WriteChunk(json, choice.Index, string.Empty, null, choice.Finish);

    public void WriteUsage(Utf8JsonWriter json, Usage usage) => _chunks.WriteUsage(json, usage);

    public void WriteWhole(Utf8JsonWriter json, IEnumerable<CollectedChoice> choices, Usage usage)
    {
        CompletionChoice[] all =
        [
            .. choices.Select(choice => new CompletionChoice(
                choice.Index,
                choice.Echo + choice.Content,
                request.LogProbs is null ? null : _logProbs.Build(choice.Index, choice.PromptScores, choice.Scores),
                FinishNames.Of(choice.Finish).Value)),
        ];
        Completion whole = new(id, "text_completion", created.ToUnixTimeSeconds(), model.Id, model.Fingerprint, all, usage);
        JsonSerializer.Serialize(json, whole, ApiJson.Default.Completion);
    }

    private void WriteChunk(Utf8JsonWriter json, int index, string text, IReadOnlyList<ScoredToken>? scores, FinishReason? finish)
    {
        _chunks.Open(json, index);
        json.WriteString("text"u8, text);
        json.WritePropertyName("logprobs"u8);
        if (request.LogProbs is not null && scores is not null)
            JsonSerializer.Serialize(json, _logProbs.Build(index, scores), ApiJson.Default.CompletionLogProbs);
        else
            json.WriteNullValue();
        if (finish is { } reason)
            json.WriteString("finish_reason"u8, FinishNames.Of(reason));
        else
            json.WriteNull("finish_reason"u8);
        _chunks.Close(json);
    }
}
