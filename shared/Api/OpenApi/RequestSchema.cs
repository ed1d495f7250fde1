using Microsoft.OpenApi;
using OrleansInference.Api.Requests;

namespace OrleansInference.Api.OpenApi;

/// <summary>Metadata that describes the fields of an endpoint's request in the OpenAPI document.</summary>
internal sealed class RequestSchema(IFieldTable table)
{
    public IFieldTable Table => table;

    /// <summary>Converts the table to a JSON Schema. The schema forbids fields that the table does not contain, as the server does.</summary>
    public static OpenApiSchema Describe(IFieldTable table)
    {
        OpenApiSchema schema = new()
        {
            Type = JsonSchemaType.Object,
            AdditionalPropertiesAllowed = false,
            Properties = new Dictionary<string, IOpenApiSchema>(),
            Required = new HashSet<string>(),
        };
        foreach ((string name, FieldSchema field) in table.Schemas)
        {
            schema.Properties[name] = Describe(field);
            if (field.Required)
                schema.Required.Add(name);
        }

        return schema;
    }

    private static OpenApiSchema Describe(FieldSchema field)
    {
        OpenApiSchema schema = new()
        {
            Type = field.Type.Split('|').Aggregate(JsonSchemaType.Null, (types, name) => types | Type(name)),
            Description = field.Description,
            Minimum = field.Minimum?.ToString("R", System.Globalization.CultureInfo.InvariantCulture),
            Maximum = field.Maximum?.ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        };
        if (field.Required)
            schema.Type &= ~JsonSchemaType.Null;
        if (field.Items is { } items)
            schema.Items = Describe(items);
        else if (field.Type.Contains("array", StringComparison.Ordinal))
            schema.Items = new OpenApiSchema();
        return schema;
    }

    /// <summary>Returns the schema type of a name.</summary>
    public static JsonSchemaType Type(string name) => name switch
    {
        "string" => JsonSchemaType.String,
        "number" => JsonSchemaType.Number,
        "integer" => JsonSchemaType.Integer,
        "boolean" => JsonSchemaType.Boolean,
        "array" => JsonSchemaType.Array,
        _ => JsonSchemaType.Object,
    };
}
