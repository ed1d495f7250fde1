using System.Text.Json;
using OrleansInference.Api.Completions;
using OrleansInference.Api.Requests;

namespace OrleansInference.Api.Tokens;

/// <summary>Fields of a request to convert tokens to text.</summary>
internal sealed class DetokenizeRequest
{
    public static FieldTable<DetokenizeRequest> Table { get; } = new("DetokenizeRequest",
    [
        RequestField.Of<DetokenizeRequest>("model", "string", (request, value) => request.Model = value.Text(256), "The model's name."),
        RequestField.Of<DetokenizeRequest>("tokens", "array", (request, value) => request.Tokens = PromptReader.Tokens(value), "Token ids.", required: true),
    ]);

    public string? Model { get; set; }

    public int[] Tokens { get; set; } = [];

    public static DetokenizeRequest Read(JsonElement root)
    {
        DetokenizeRequest request = new();
        Table.Read(new FieldValue(root, string.Empty), request);
        return request;
    }
}
