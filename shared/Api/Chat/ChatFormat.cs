using System.Text.Json;
using OrleansInference.Api.Generation;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Sampling;
using OrleansInference.Text.Tokenization;

namespace OrleansInference.Api.Chat;

/// <summary>Formats a chat's answer as OpenAI does, with DeepSeek's <c>reasoning_content</c> in addition to <c>content</c>.</summary>
internal sealed class ChatFormat(string id, DateTimeOffset created, ServedModel model, ITokenizer tokenizer, ChatRequest request) : IAnswerFormat
{
    private readonly ChunkWriter _chunks = new(id, "chat.completion.chunk", created, model, request.IncludeUsage);
    private readonly ChatLogProbsBuilder _logProbs = new(tokenizer);

    public string Operation => "chat";

    public bool HasStart(Choice choice) => true;

    public void WriteStart(Utf8JsonWriter json, Choice choice)
    {
        _chunks.Open(json, choice.Index);
        json.WriteStartObject("delta"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, ""u8);
        json.WriteEndObject();
        json.WriteNull("logprobs"u8);
        json.WriteNull("finish_reason"u8);
        _chunks.Close(json);
    }

    public void WriteDelta(Utf8JsonWriter json, ChoiceUpdate update)
    {
        _chunks.Open(json, update.Choice.Index);
        json.WriteStartObject("delta"u8);
        if (update.Reasoning.Length > 0)
            json.WriteString("reasoning_content"u8, update.Reasoning);
        if (update.Content.Length > 0)
            json.WriteString("content"u8, update.Content);
        json.WriteEndObject();
        WriteLogProbs(json, update.Choice.Released);
        json.WriteNull("finish_reason"u8);
        _chunks.Close(json);
    }

    public void WriteFinish(Utf8JsonWriter json, Choice choice)
    {
        _chunks.Open(json, choice.Index);
        json.WriteStartObject("delta"u8);
        json.WriteEndObject();
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, FinishNames.Of(choice.Finish));
        _chunks.Close(json);
    }

    public void WriteUsage(Utf8JsonWriter json, Usage usage) => _chunks.WriteUsage(json, usage);

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

    private void WriteLogProbs(Utf8JsonWriter json, List<ScoredToken> scores)
    {
        json.WritePropertyName("logprobs"u8);
        if (request.LogProbs)
            JsonSerializer.Serialize(json, _logProbs.Build(scores), ApiJson.Default.ChatLogProbs);
        else
            json.WriteNullValue();
    }
}
