using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansInference.Api.Responses;

/// <summary>Receiver of the events of a stream.</summary>
internal interface IResponseEventSink
{
    /// <summary>Opens an event, whose JSON the caller writes next.</summary>
    Utf8JsonWriter Begin(string type, int sequence);

    void End();
}

/// <summary>
/// Converts the pieces of an output to OpenAI's events. Every event has a number, and depends only on the response's start, its pieces and its end: a repetition gives the same events.
/// </summary>
/// <param name="start">The response at its start.</param>
/// <param name="sink">Receives the events.</param>
internal sealed class ResponseEvents(ResponseDocument start, IResponseEventSink sink)
{
    private readonly ResponseOutput _output = new(start.Id);
    private bool _inProgress;
    private int _sequence;

    /// <summary>Number of the next event.</summary>
    public int Sequence => _sequence;

    /// <summary>Writes the events before generation begins.</summary>
    public void Start()
    {
        Write("response.created", start);
        if (start.Background)
            Write("response.queued", start);
        else
            Begin();
    }

    public void Add(OutputPiece piece)
    {
        Begin();
        if (_output.Begins(piece))
        {
            if (_output.Items.Count > 0)
                Close(isWhole: true);
            Open(_output.Add(piece));
        }
        else
        {
            _output.Add(piece);
        }

        if (piece.Text.Length > 0)
            WriteDelta(_output.Items[^1], piece.Text);
    }

    /// <param name="end">The response at its end.</param>
    public void End(ResponseDocument end)
    {
        Begin();
        if (_output.Items.Count > 0)
            Close(isWhole: end.Status == "completed");
        Write(end.Status switch { "completed" => "response.completed", "failed" => "response.failed", _ => "response.incomplete" }, end);
    }

    private void Begin()
    {
        if (_inProgress)
            return;
        _inProgress = true;
        Write("response.in_progress", start with { Status = "in_progress" });
    }

    private void Open(OutputItem item)
    {
        WriteItem("response.output_item.added", item.ToJson("in_progress", isEmpty: true));
        if (item.Kind is not OutputKind.Call)
            WritePart("response.content_part.added", item, string.Empty);
    }

    private void Close(bool isWhole)
    {
        OutputItem item = _output.Items[^1];
        string text = item.Text.ToString();
        (string type, string name) = item.Kind switch
        {
            OutputKind.Reasoning => ("response.reasoning_text.done", "text"),
            OutputKind.Text => ("response.output_text.done", "text"),
            _ => ("response.function_call_arguments.done", "arguments"),
        };
        Utf8JsonWriter json = Open(type, item);
        json.WriteString(name, text);
        if (item.Name is not null)
            json.WriteString("name"u8, item.Name);
        Close(json, item);
        if (item.Kind is not OutputKind.Call)
            WritePart("response.content_part.done", item, text);
        WriteItem("response.output_item.done", item.ToJson(isWhole ? "completed" : "incomplete"));
    }

    private void WriteDelta(OutputItem item, string text)
    {
        Utf8JsonWriter json = Open(
            item.Kind switch { OutputKind.Reasoning => "response.reasoning_text.delta", OutputKind.Text => "response.output_text.delta", _ => "response.function_call_arguments.delta" }, item);
        json.WriteString("delta"u8, text);
        Close(json, item);
    }

    private void WritePart(string type, OutputItem item, string text)
    {
        Utf8JsonWriter json = Open(type, item);
        json.WritePropertyName("part"u8);
        item.Part(text).WriteTo(json);
        Close(json);
    }

    private void WriteItem(string type, JsonObject item)
    {
        Utf8JsonWriter json = Open(type);
        json.WriteNumber("output_index"u8, _output.Items.Count - 1);
        json.WritePropertyName("item"u8);
        item.WriteTo(json);
        Close(json);
    }

    private void Write(string type, ResponseDocument response)
    {
        Utf8JsonWriter json = Open(type);
        json.WritePropertyName("response"u8);
        JsonSerializer.Serialize(json, response, ApiJson.Default.ResponseDocument);
        Close(json);
    }

    private Utf8JsonWriter Open(string type)
    {
        Utf8JsonWriter json = sink.Begin(type, _sequence);
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteNumber("sequence_number"u8, _sequence++);
        return json;
    }

    private Utf8JsonWriter Open(string type, OutputItem item)
    {
        Utf8JsonWriter json = Open(type);
        json.WriteString("item_id"u8, item.Id);
        json.WriteNumber("output_index"u8, _output.Items.Count - 1);
        if (item.Kind is not OutputKind.Call)
            json.WriteNumber("content_index"u8, 0);
        return json;
    }

    private void Close(Utf8JsonWriter json, OutputItem item)
    {
        if (item.Kind is OutputKind.Text)
        {
            json.WriteStartArray("logprobs"u8);
            json.WriteEndArray();
        }

        Close(json);
    }

    private void Close(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        sink.End();
    }
}
