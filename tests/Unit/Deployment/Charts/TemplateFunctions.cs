using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace OrleansInference.Unit.Deployment.Charts;

/// <summary>The functions of Helm's templates that the chart uses.</summary>
internal static class TemplateFunctions
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonNode? Call(string name, TemplateScope scope, JsonNode?[] arguments) => (name, arguments) switch
    {
        ("include", [var block, var data]) => scope.Set.Include(Text(block), data),
        ("required", [var message, var value]) => value is null || Text(value).Length == 0 ? throw new InvalidOperationException(Text(message)) : value,
        ("default", [var otherwise, var value]) => IsTrue(value) ? value : otherwise,
        ("and", _) => arguments.FirstOrDefault(static argument => !IsTrue(argument), arguments[^1]),
        ("or", _) => arguments.FirstOrDefault(IsTrue, arguments[^1]),
        ("not", [var value]) => !IsTrue(value),
        ("eq", [var left, var right]) => JsonNode.DeepEquals(left, right),
        ("kindIs", [var kind, var value]) => Text(kind) == "string" ? value?.GetValueKind() == JsonValueKind.String : throw new NotSupportedException($"kindIs {kind}"),
        ("quote", [var value]) => JsonSerializer.Serialize(Text(value), Plain),
        ("upper", [var value]) => Text(value).ToUpperInvariant(),
        ("snakecase", [var value]) => Regex.Replace(Text(value), "(?<!^)[A-Z]", "_$0").ToLowerInvariant(),
        ("trunc", [var length, var value]) => Text(value)[..Math.Min(Text(value).Length, Number(length))],
        ("trimSuffix", [var suffix, var value]) => Text(value).EndsWith(Text(suffix), StringComparison.Ordinal) ? Text(value)[..^Text(suffix).Length] : Text(value),
        ("nindent", [var spaces, var value]) => "\n" + string.Join('\n', Text(value).Split('\n').Select(line => new string(' ', Number(spaces)) + line)),
        ("print", _) => string.Concat(arguments.Select(Text)),
        ("printf", [var format, ..]) => Format(Text(format), arguments[1..]),
        ("sha256sum", [var value]) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text(value)))),
        ("int", [var value]) => Number(value),
        ("add", _) => arguments.Sum(Number),
        ("toJson", [var value]) => value?.ToJsonString(Plain) ?? "null",
        ("toYaml", [var value]) => Block(value),
        _ => throw new NotSupportedException($"The function {name} with {arguments.Length} arguments is not known."),
    };

    public static bool IsTrue(JsonNode? value) => value switch
    {
        null => false,
        JsonObject map => map.Count > 0,
        JsonArray list => list.Count > 0,
        _ => value.GetValueKind() switch
        {
            JsonValueKind.String => Text(value).Length > 0,
            JsonValueKind.Number => value.ToJsonString() != "0",
            JsonValueKind.True => true,
            _ => false,
        },
    };

    public static string Text(JsonNode? value) => value is JsonValue && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value?.ToJsonString(Plain) ?? string.Empty;

    private static int Number(JsonNode? value) => int.Parse(Text(value), CultureInfo.InvariantCulture);

    /// <summary>A line for each entry, whose value is JSON, which YAML includes.</summary>
    private static string Block(JsonNode? value) => value switch
    {
        JsonObject { Count: > 0 } map => string.Join('\n', map.OrderBy(static entry => entry.Key, StringComparer.Ordinal).Select(static entry => $"{entry.Key}: {entry.Value?.ToJsonString(Plain) ?? "null"}")),
        JsonArray { Count: > 0 } list => string.Join('\n', list.Select(static item => $"- {item?.ToJsonString(Plain) ?? "null"}")),
        _ => value?.ToJsonString(Plain) ?? "null",
    };

    private static string Format(string format, JsonNode?[] arguments)
    {
        int next = 0;
        return Regex.Replace(format, "%.", verb => verb.Value == "%s" ? Text(arguments[next++]) : throw new NotSupportedException($"printf {verb.Value}"));
    }
}
