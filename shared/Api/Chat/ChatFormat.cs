using System.Text.Json;
using OrleansInference.Api.Generation;
using OrleansInference.Serving;

namespace OrleansInference.Api.Chat;

/// <summary>Spells a chat's answer as OpenAI does, with DeepSeek's <c>reasoning_content</c> beside <c>content</c>.</summary>
internal sealed class ChatFormat(string id, DateTimeOffset created, ServedModel model, ChatRequest request) : IAnswerFormat
{
    private readonly JsonEncodedText _model = JsonEncodedText.Encode(model.Id);
    private readonly JsonEncodedText _fingerprint = JsonEncodedText.Encode(model.Fingerprint);
    private readonly ChatLogProbsBuilder _logProbs = new(model.Tokenizer);

    public bool HasStart(Choice choice) => true;

    public void WriteStart(Utf8JsonWriter json, Choice choice)
    {
        OpenChunk(json, choice.Index);
        json.WriteStartObject("delta"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, ""u8);
        json.WriteEndObject();
        json.WriteNull("logprobs"u8);
        json.WriteNull("finish_reason"u8);
        CloseChunk(json);
    }

    public void WriteDelta(Utf8JsonWriter json, ChoiceUpdate update)
    {
        OpenChunk(json, update.Choice.Index);
        json.WriteStartObject("delta"u8);
        if (update.Reasoning.Length > 0)
            json.WriteString("reasoning_content"u8, update.Reasoning);
        if (update.Content.Length > 0)
            json.WriteString("content"u8, update.Content);
        json.WriteEndObject();
        WriteLogProbs(json, update.Choice.Released);
        json.WriteNull("finish_reason"u8);
        CloseChunk(json);
    }

    public void WriteFinish(Utf8JsonWriter json, Choice choice)
    {
        OpenChunk(json, choice.Index);
        json.WriteStartObject("delta"u8);
        json.WriteEndObject();
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, FinishNames.Of(choice.Finish));
        CloseChunk(json);
    }

    public void WriteUsage(Utf8JsonWriter json, Usage usage)
    {
        WriteHead(json);
        json.WriteStartArray("choices"u8);
        json.WriteEndArray();
        json.WritePropertyName("usage"u8);
        JsonSerializer.Serialize(json, usage, ApiJson.Default.Usage);
        json.WriteEndObject();
    }

    public void WriteWhole(Utf8JsonWriter json, IEnumerable<CollectedChoice> choices, Usage usage)
    {
        ChatChoice[] all =
        [
            .. choices.Select(choice => new ChatChoice(
                choice.Index,
                new ChatMessage("assistant", choice.Content.ToString(), choice.Reasoning.Length > 0 ? choice.Reasoning.ToString() : null, null),
                request.LogProbs ? _logProbs.Build(choice.Scores) : null,
                FinishNames.Of(choice.Finish).Value)),
        ];
        ChatCompletion whole = new(id, "chat.completion", created.ToUnixTimeSeconds(), model.Id, model.Fingerprint, all, usage);
        JsonSerializer.Serialize(json, whole, ApiJson.Default.ChatCompletion);
    }

    private void OpenChunk(Utf8JsonWriter json, int index)
    {
        WriteHead(json);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, index);
    }

    private void CloseChunk(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.WriteEndArray();
        if (request.IncludeUsage)
            json.WriteNull("usage"u8);
        json.WriteEndObject();
    }

    private void WriteHead(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "chat.completion.chunk"u8);
        json.WriteNumber("created"u8, created.ToUnixTimeSeconds());
        json.WriteString("model"u8, _model);
        json.WriteString("system_fingerprint"u8, _fingerprint);
    }

    private void WriteLogProbs(Utf8JsonWriter json, List<ScoredToken> scores)
    {
        json.WritePropertyName("logprobs"u8);
        if (request.LogProbs)
            JsonSerializer.Serialize(json, _logProbs.Build(scores), ApiJson.Default.ChatLogProbs);
        else
            json.WriteNullValue();
    }
}
