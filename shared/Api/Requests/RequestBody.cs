using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;
using OrleansInference.Api.Audit;
using OrleansInference.Models;

namespace OrleansInference.Api.Requests;

/// <summary>A request's JSON document, limited in bytes and depth, over a pooled buffer. Values read from it are valid until it is disposed.</summary>
internal sealed class RequestBody : IDisposable
{
    private readonly byte[] _buffer;
    private readonly int _length;
    private readonly JsonDocument _document;

    private RequestBody(byte[] buffer, int length, JsonDocument document)
    {
        _buffer = buffer;
        _length = length;
        _document = document;
    }

    public JsonElement Root => _document.RootElement;

    /// <exception cref="BadHttpRequestException">The media type is not JSON (415), or the body is too large (413).</exception>
    /// <exception cref="InferenceException">The body is not JSON, or not a JSON object.</exception>
    public static async ValueTask<RequestBody> ReadAsync(HttpContext context, ApiOptions options)
    {
        try
        {
            RequestBody body = await ReadWholeAsync(context, options);
            context.RequestServices.GetRequiredService<RequestFingerprints>().Set(context, body.Root);
            RequestAudit.Of(context)?.SetInput(body._buffer.AsSpan(0, body._length));
            return body;
        }
        catch (Exception refused) when (refused is BadHttpRequestException or InferenceException)
        {
            context.RequestServices.GetRequiredService<RefusedBodies>().Report(context, refused.Message);
            throw;
        }
    }

    private static async ValueTask<RequestBody> ReadWholeAsync(HttpContext context, ApiOptions options)
    {
        HttpRequest request = context.Request;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = null; // otherwise Kestrel would report the unread rest of a body that is refused here
        if (!IsJson(request))
            throw new BadHttpRequestException("The request body must be 'application/json' in UTF-8.", StatusCodes.Status415UnsupportedMediaType);
        if (request.ContentLength > options.MaxBodyBytes)
            throw TooLarge(options);

        PipeReader reader = request.BodyReader;
        while (true)
        {
            ReadResult result = await reader.ReadAsync(context.RequestAborted);
            bool whole = false;
            try
            {
                if (result.Buffer.Length > options.MaxBodyBytes)
                    throw TooLarge(options);
                if (result.IsCompleted)
                {
                    whole = true;
                    return Parse(result.Buffer, options.MaxJsonDepth);
                }
            }
            finally
            {
                // Required for refused bodies too: Kestrel reads the rest, and reports a read without AdvanceTo as a defect.
                reader.AdvanceTo(whole ? result.Buffer.End : result.Buffer.Start, result.Buffer.End);
            }
        }
    }

    public static RequestBody Parse(ReadOnlySequence<byte> bytes, int maxDepth)
    {
        int length = checked((int)bytes.Length);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Max(length, 1));
        try
        {
            bytes.CopyTo(buffer);
            if (!Utf8.IsValid(buffer.AsSpan(0, length)))
                throw new InferenceException(ErrorCode.InvalidRequest, "The request body is not valid UTF-8.");
            JsonDocumentOptions options = new() { MaxDepth = maxDepth, AllowDuplicateProperties = false };
            JsonDocument document = JsonDocument.Parse(buffer.AsMemory(0, length), options);
            if (document.RootElement.ValueKind is JsonValueKind.Object)
                return new RequestBody(buffer, length, document);
            document.Dispose();
            throw new InferenceException(ErrorCode.InvalidRequest, "The request body must be a JSON object.");
        }
        catch (Exception exception)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            if (exception is JsonException or InvalidOperationException)
                throw new InferenceException(ErrorCode.InvalidRequest, $"The request body is not valid JSON: {exception.Message}", null, exception);
            throw;
        }
    }

    public void Dispose()
    {
        _document.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    private static bool IsJson(HttpRequest request) =>
        request.HasJsonContentType()
        && (request.GetTypedHeaders().ContentType?.Charset is not { HasValue: true } charset || charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    private static BadHttpRequestException TooLarge(ApiOptions options) =>
        new($"The request body is larger than {options.MaxBodyBytes} bytes.", StatusCodes.Status413PayloadTooLarge);
}
