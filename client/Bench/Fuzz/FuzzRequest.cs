using System.Text;

namespace OrleansInference.Bench.Fuzz;

/// <summary>Generated request, with what is unusual about how it is sent. Texts of the head are written as Latin-1, so that they can have any byte.</summary>
internal sealed record FuzzRequest
{
    private const int ShownBytes = 4096;

    /// <summary>Number of the request in its run.</summary>
    public required int Number { get; init; }

    public required ApiOperation Operation { get; init; }

    public required string Method { get; init; }

    /// <summary>Path with its query.</summary>
    public required string Target { get; init; }

    public required IReadOnlyList<(string Name, string Value)> Headers { get; init; }

    /// <summary>Null for a request without a body.</summary>
    public byte[]? Body { get; init; }

    /// <summary>Whether the body is sent in chunks, without a length.</summary>
    public bool Chunked { get; init; }

    /// <summary>Bytes of the body after which the client stops sending; null to send all.</summary>
    public int? SentBytes { get; init; }

    /// <summary>Bytes of the answer after which the client closes the connection; null to read it to its end.</summary>
    public int? AbandonAfter { get; init; }

    /// <summary>Number of times that the request is sent at the same time.</summary>
    public int Copies { get; init; } = 1;

    /// <summary>Statuses that the changes of the request explain, in addition to those of the operation.</summary>
    public IReadOnlySet<int> AlsoAllowed { get; init; } = new HashSet<int>();

    /// <summary>Whether the HTTP server may refuse the request before it reaches the application: without an error document, or by closing the connection.</summary>
    public bool Malformed { get; init; }

    /// <summary>Who sends it, by name.</summary>
    public required string Caller { get; init; }

    /// <summary>Describes what reproduces the request.</summary>
    public JsonObject Describe()
    {
        JsonObject described = new()
        {
            ["number"] = Number,
            ["operation"] = Operation.Id,
            ["caller"] = Caller,
            ["method"] = Method,
            ["target"] = Shorten(Target),
            ["headers"] = new JsonArray([.. Headers.Select(static header => (JsonNode)Shorten($"{header.Name}: {header.Value}"))]),
        };
        if (Body is not null)
        {
            described["body_bytes"] = Body.Length;
            byte[] shown = Body[..Math.Min(Body.Length, ShownBytes)];
            bool isText = !shown.Any(static value => value is < 0x20 or > 0x7E);
            described[isText ? "body" : "body_base64"] = isText ? Encoding.ASCII.GetString(shown) : Convert.ToBase64String(shown);
            described["chunked"] = Chunked;
        }

        if (SentBytes is { } sent)
        {
            described["sent_bytes"] = sent;
        }

        if (AbandonAfter is { } abandoned)
        {
            described["abandoned_after_bytes"] = abandoned;
        }

        return described;
    }

    private static string Shorten(string text) => text.Length <= ShownBytes ? text : text[..ShownBytes] + "…";
}
