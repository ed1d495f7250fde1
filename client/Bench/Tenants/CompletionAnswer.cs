using System.Net.ServerSentEvents;

namespace OrleansInference.Bench.Tenants;

/// <summary>Stream of <c>/v1/chat/completions</c> or <c>/v1/completions</c>, continued by the id of its last event.</summary>
/// <param name="path">Path of the endpoint.</param>
/// <param name="body">Body of the request.</param>
internal sealed class CompletionAnswer(string path, JsonObject body) : StreamedAnswer
{
    private string? _last; // id of the last event
    private bool _hasUsage;

    public override bool IsKnown => _last is not null;

    public override HttpRequestMessage Request(string url, Random random)
    {
        HttpRequestMessage request = Post(url + path, body);
        if (_last is not null)
        {
            request.Headers.Add("Last-Event-ID", _last);
        }

        return request;
    }

    public override StreamStep Take(in SseItem<string> item)
    {
        if (item.Data == "[DONE]")
        {
            Fault ??= _hasUsage ? null : "the stream has no usage";
            return StreamStep.Ends;
        }

        using JsonDocument document = JsonDocument.Parse(item.Data);
        JsonElement data = document.RootElement;
        if (data.TryGetProperty("error", out JsonElement error))
        {
            throw new InferenceException(ErrorCode.Internal, $"A stream of {path} ended with an error: {error}");
        }

        _last = item.EventId ?? _last;
        foreach (JsonElement choice in data.GetProperty("choices").EnumerateArray())
        {
            Take(choice);
        }

        if (data.TryGetProperty("usage", out JsonElement usage) && usage.ValueKind == JsonValueKind.Object)
        {
            Fault ??= _hasUsage ? "the stream has its usage twice" : null;
            _hasUsage = true;
            (PromptTokens, CompletionTokens) = (usage.GetProperty("prompt_tokens").GetInt64(), usage.GetProperty("completion_tokens").GetInt64());
        }

        return StreamStep.GoesOn;
    }

    private void Take(JsonElement choice)
    {
        if (choice.TryGetProperty("delta", out JsonElement delta))
        {
            Add(TextOf(delta, "reasoning_content"), TextOf(delta, "content"));
        }
        else
        {
            Add(null, TextOf(choice, "text"));
        }

        Finish = TextOf(choice, "finish_reason") ?? Finish;
    }

    private static string? TextOf(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement text) ? text.GetString() : null;
}
