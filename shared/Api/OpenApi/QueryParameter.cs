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

    /// <summary>Parameters of usage in OpenAI's format.</summary>
    public static QueryParameter[] OfUsage { get; } =
    [
        new("start_time", "integer", "Unix time of the first day; required."),
        new("end_time", "integer", "Unix time before which the last day begins; now by default."),
        new("bucket_width", "string", "Only \"1d\" is accepted."),
        new("limit", "integer", "Maximum number of days, 1 to 31; 7 by default."),
        new("page", "string", "The next_page of the previous page."),
        new("group_by", "array", "Fields that group the results: project_id, api_key_id and model."),
        new("project_ids", "array", "Tenants whose usage is returned."),
        new("api_key_ids", "array", "Keys whose usage is returned."),
    ];

    /// <summary>Parameters of a response.</summary>
    public static QueryParameter[] OfResponse { get; } =
    [
        new("stream", "boolean", "Whether the answer is the response's stream of server-sent events."),
        new("starting_after", "integer", "Number of the event after which the stream begins."),
    ];
}
