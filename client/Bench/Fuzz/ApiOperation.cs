namespace OrleansInference.Bench.Fuzz;

/// <summary>Operation of an OpenAPI document.</summary>
/// <param name="Id">Id of the operation.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Template of the path, such as <c>/v1/responses/{id}</c>.</param>
/// <param name="Parameters">Parameters of the path, the query and the headers.</param>
/// <param name="Body">Schema of the request; null if it has no body.</param>
/// <param name="Statuses">Statuses of the answers.</param>
internal sealed record ApiOperation(string Id, string Method, string Path, IReadOnlyList<ApiParameter> Parameters, JsonObject? Body, IReadOnlySet<int> Statuses)
{
    /// <summary>Reads all operations of a document.</summary>
    public static ApiOperation[] ReadAll(JsonNode document) =>
    [
        .. from path in document["paths"]!.AsObject()
           from operation in path.Value!.AsObject()
           select Read(document, path.Key, operation.Key, operation.Value!),
    ];

    private static ApiOperation Read(JsonNode document, string path, string method, JsonNode operation) => new(
        operation["operationId"]?.GetValue<string>() ?? $"{method} {path}",
        method.ToUpperInvariant(),
        path,
        [.. (operation["parameters"]?.AsArray() ?? []).Select(static parameter => new ApiParameter(parameter!["name"]!.GetValue<string>(), parameter["in"]!.GetValue<string>(), parameter["schema"]!.AsObject()))],
        operation["requestBody"]?["content"]?["application/json"]?["schema"] is { } schema ? Resolve(document, schema) : null,
        operation["responses"]!.AsObject().Select(static response => int.Parse(response.Key, CultureInfo.InvariantCulture)).ToHashSet());

    private static JsonObject Resolve(JsonNode document, JsonNode schema) => schema["$ref"] is { } reference
        ? document["components"]!["schemas"]![reference.GetValue<string>().Split('/')[^1]]!.AsObject()
        : schema.AsObject();
}

/// <summary>Parameter of an operation.</summary>
/// <param name="Name">Its name.</param>
/// <param name="In"><c>path</c>, <c>query</c> or <c>header</c>.</param>
/// <param name="Schema">Its schema.</param>
internal sealed record ApiParameter(string Name, string In, JsonObject Schema);
