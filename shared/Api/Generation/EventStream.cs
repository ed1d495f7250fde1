using System.Buffers;
using System.IO.Pipelines;
using System.Net.Mime;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace OrleansInference.Api.Generation;

/// <summary>Server-sent events of a response, each written directly into the response's buffer.</summary>
internal sealed class EventStream(HttpContext context) : IDisposable
{
    public static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly PipeWriter _body = context.Response.BodyWriter;
    private readonly Utf8JsonWriter _json = new(context.Response.BodyWriter, JsonOptions);
    private ArrayBufferWriter<byte>? _dropped;
    private bool _drops;

    public void Start()
    {
        HttpResponse response = context.Response;
        response.ContentType = MediaTypeNames.Text.EventStream;
        response.Headers.CacheControl = "no-store, no-transform";
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    /// <summary>Opens an event whose data is the JSON that the caller writes next; <see cref="End"/> closes it.</summary>
    public Utf8JsonWriter Begin()
    {
        _body.Write("data: "u8);
        _json.Reset(_body);
        return _json;
    }

    /// <summary>Opens an event that the client already has: its data is discarded.</summary>
    public Utf8JsonWriter Drop()
    {
        _drops = true;
        _dropped ??= new ArrayBufferWriter<byte>();
        _dropped.ResetWrittenCount();
        _json.Reset(_dropped);
        return _json;
    }

    public void End()
    {
        _json.Flush();
        if (!_drops)
            _body.Write("\n\n"u8);
        _drops = false;
    }

    /// <summary>Sets the id of the event that <see cref="Begin"/> opens next.</summary>
    public void Number(StreamPosition position)
    {
        _body.Write("id: "u8);
        position.Write(_body);
        _body.Write("\n"u8);
    }

    /// <summary>Sets the id of the event that <see cref="Begin"/> opens next.</summary>
    public void Id(string id)
    {
        _body.Write("id: "u8);
        _body.Write(System.Text.Encoding.ASCII.GetBytes(id));
        _body.Write("\n"u8);
    }

    /// <summary>Sets the name of the event that <see cref="Begin"/> opens next.</summary>
    public void Name(ReadOnlySpan<byte> name)
    {
        _body.Write("event: "u8);
        _body.Write(name);
        _body.Write("\n"u8);
    }

    /// <summary>Writes a comment, which readers ignore.</summary>
    public void Comment() => _body.Write(": keep-alive\n\n"u8);

    public void Done() => _body.Write("data: [DONE]\n\n"u8);

    /// <summary>Sends the written events; waits while the client is slow.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        FlushResult result = await _body.FlushAsync(cancellationToken);
        if (result.IsCompleted)
            throw new OperationCanceledException("The client disconnected.", context.RequestAborted);
    }

    public void Dispose() => _json.Dispose();
}
