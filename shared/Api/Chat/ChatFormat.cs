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
        WriteHead(json, "chat.completion.chunk"u8);
        json.WriteStartArray("choices"u8);
        json.WriteEndArray();
        WriteUsageMember(json, usage);
        json.WriteEndObject();
    }

    public void WriteWhole(Utf8JsonWriter json, IEnumerable<CollectedChoice> choices, Usage usage)
    {
        WriteHead(json, "chat.completion"u8);
        json.WriteStartArray("choices"u8);
        foreach (CollectedChoice choice in choices)
        {
            json.WriteStartObject();
            json.WriteNumber("index"u8, choice.Index);
            json.WriteStartObject("message"u8);
            json.WriteString("role"u8, "assistant"u8);
            json.WriteString("content"u8, choice.Content.ToString());
            if (choice.Reasoning.Length > 0)
                json.WriteString("reasoning_content"u8, choice.Reasoning.ToString());
            json.WriteNull("refusal"u8);
            json.WriteEndObject();
            WriteLogProbs(json, choice.Scores);
            json.WriteString("finish_reason"u8, FinishNames.Of(choice.Finish));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteUsageMember(json, usage);
        json.WriteEndObject();
    }

    private void OpenChunk(Utf8JsonWriter json, int index)
    {
        WriteHead(json, "chat.completion.chunk"u8);
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

    private void WriteHead(Utf8JsonWriter json, ReadOnlySpan<byte> kind)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, kind);
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

    private static void WriteUsageMember(Utf8JsonWriter json, Usage usage)
    {
        json.WritePropertyName("usage"u8);
        JsonSerializer.Serialize(json, usage, ApiJson.Default.Usage);
    }
}
