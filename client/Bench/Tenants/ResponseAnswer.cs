using System.Net.ServerSentEvents;

namespace OrleansInference.Bench.Tenants;

/// <summary>Stream of <c>/v1/responses</c>, continued by the number or by the id of its last event.</summary>
internal sealed class ResponseAnswer(JsonObject body) : StreamedAnswer
{
    private string? _last; // id of the last event
    private int _sequence = -1; // of the last event

    /// <summary>Id of the response; null before the first event.</summary>
    public string? Id { get; private set; }

    public override bool IsKnown => Id is not null;

    public override HttpRequestMessage Request(string url, Random random)
    {
        if (Id is not null && (_last is null || random.Next(2) == 0))
        {
            return new HttpRequestMessage(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"{url}/v1/responses/{Id}?stream=true&starting_after={_sequence}"));
        }

        HttpRequestMessage request = Post($"{url}/v1/responses", body);
        if (_last is not null)
        {
            request.Headers.Add("Last-Event-ID", _last);
        }

        return request;
    }

    public override StreamStep Take(in SseItem<string> item)
    {
        using JsonDocument document = JsonDocument.Parse(item.Data);
        JsonElement data = document.RootElement;
        string type = data.GetProperty("type").GetString()!;
        if (type == "error")
        {
            return StreamStep.Breaks;
        }

        int sequence = data.GetProperty("sequence_number").GetInt32();
        if (sequence != _sequence + 1)
        {
            Fault ??= $"event {sequence} follows event {_sequence}";
        }

        (_sequence, _last) = (sequence, item.EventId ?? _last);
        switch (type)
        {
            case "response.created":
                Id = data.GetProperty("response").GetProperty("id").GetString();
                break;
            case "response.reasoning_text.delta":
                Add(data.GetProperty("delta").GetString(), null);
                break;
            case "response.output_text.delta":
                Add(null, data.GetProperty("delta").GetString());
                break;
            case "response.failed":
                throw new InferenceException(ErrorCode.Internal, $"Response {Id} failed: {data.GetProperty("response").GetProperty("error")}");
            case "response.completed" or "response.incomplete":
                End(data.GetProperty("response"));
                return StreamStep.Ends;
        }

        return StreamStep.GoesOn;
    }

    private void End(JsonElement response)
    {
        Finish = response.GetProperty("status").GetString()!;
        JsonElement usage = response.GetProperty("usage");
        (PromptTokens, CompletionTokens) = (usage.GetProperty("input_tokens").GetInt64(), usage.GetProperty("output_tokens").GetInt64());
        string whole = string.Concat(response.GetProperty("output").EnumerateArray()
            .SelectMany(static output => output.GetProperty("content").EnumerateArray()).Select(static part => part.GetProperty("text").GetString()));
        if (whole != Reasoning + Text)
        {
            Fault ??= $"the events have the text '{Reasoning}{Text}', but the response has '{whole}'";
        }
    }
}
