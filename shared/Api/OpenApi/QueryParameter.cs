namespace OrleansInference.Api.OpenApi;

/// <summary>Metadata that describes a parameter of an endpoint's query in the OpenAPI document.</summary>
/// <param name="Name">Name of the parameter.</param>
/// <param name="Type">JSON Schema type, such as <c>string</c>.</param>
/// <param name="Description">Description in one sentence.</param>
internal sealed record QueryParameter(string Name, string Type, string Description)
{
    /// <summary>Parameters of a list.</summary>
    public static QueryParameter[] OfList { get; } =
    [
        new("limit", "integer", "Maximum number of items, 1 to 100; 20 by default."),
        new("order", "string", "\"desc\" by default, or \"asc\"."),
        new("after", "string", "Item after which the list begins."),
    ];

    /// <summary>Parameters of a response.</summary>
    public static QueryParameter[] OfResponse { get; } =
    [
        new("stream", "boolean", "Whether the answer is the response's stream of server-sent events."),
        new("starting_after", "integer", "Number of the event after which the stream begins."),
    ];
}
