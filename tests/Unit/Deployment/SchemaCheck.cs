using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace OrleansInference.Unit.Deployment;

/// <summary>Compares a value with a JSON schema, as far as the schema of the chart uses the language; a keyword that it does not know is an error.</summary>
internal static class SchemaCheck
{
    /// <returns>What is wrong, each with its path.</returns>
    public static IEnumerable<string> Errors(JsonObject schema, JsonNode? value, string path = "") =>
        schema.SelectMany(keyword => Errors(schema, keyword.Key, keyword.Value!, value, path));

    private static IEnumerable<string> Errors(JsonObject schema, string keyword, JsonNode rule, JsonNode? value, string path)
    {
        switch (keyword)
        {
            case "$schema" or "title" or "description":
                return [];
            case "type":
                return One(rule.ToString() == Type(value) || (rule.ToString() == "number" && Type(value) == "integer"), $"{path} is {value?.ToJsonString() ?? "null"}; expected {rule}.");
            case "enum":
                return One(rule.AsArray().Any(allowed => JsonNode.DeepEquals(allowed, value)), $"{path} is {value?.ToJsonString()}; expected one of {rule.ToJsonString()}.");
            case "minimum" or "maximum" when value is JsonValue && value.GetValueKind() == JsonValueKind.Number:
                return One(keyword == "minimum" ? Number(value) >= Number(rule) : Number(value) <= Number(rule), $"{path} is {value}; expected a {keyword} of {rule}.");
            case "minLength" or "maxLength" when Type(value) == "string":
                return One(keyword == "minLength" ? value!.ToString().Length >= Number(rule) : value!.ToString().Length <= Number(rule), $"{path} is '{value}'; expected a {keyword} of {rule}.");
            case "pattern" when Type(value) == "string":
                return One(Regex.IsMatch(value!.ToString(), rule.ToString()), $"{path} is '{value}'; expected {rule}.");
            case "required" when value is JsonObject map:
                return rule.AsArray().Where(name => !map.ContainsKey(name!.ToString())).Select(name => $"{path}.{name} is missing.");
            case "properties" when value is JsonObject map:
                return map.Where(entry => rule[entry.Key] is not null).SelectMany(entry => Errors(rule[entry.Key]!.AsObject(), entry.Value, $"{path}.{entry.Key}"));
            case "additionalProperties" when value is JsonObject map && rule.GetValueKind() == JsonValueKind.False:
                return map.Where(entry => schema["properties"]?[entry.Key] is null).Select(entry => $"{path}.{entry.Key} is not known.");
            case "items" when value is JsonArray list:
                return list.SelectMany((item, index) => Errors(rule.AsObject(), item, $"{path}.{index}"));
            case "minimum" or "maximum" or "minLength" or "maxLength" or "pattern" or "required" or "properties" or "items":
                return []; // of another type, which "type" tells
            case "additionalProperties":
                return [];
            default:
                throw new NotSupportedException($"The keyword {keyword} at {path} is not known.");
        }
    }

    private static IEnumerable<string> One(bool holds, string error) => holds ? [] : [error];

    private static double Number(JsonNode value) => double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);

    private static string Type(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject => "object",
        JsonArray => "array",
        _ => value.GetValueKind() switch
        {
            JsonValueKind.String => "string",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            _ => double.IsInteger(Number(value)) ? "integer" : "number",
        },
    };
}
