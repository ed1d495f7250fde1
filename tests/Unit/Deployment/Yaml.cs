using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OrleansInference.Unit.Meta;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace OrleansInference.Unit.Deployment;

/// <summary>YAML as the JSON that it stands for; merge keys are carried out.</summary>
internal static partial class Yaml
{
    public static JsonObject Read(string path) => Assert.Single(ReadAll(path));

    public static IReadOnlyList<JsonObject> ReadAll(string path) => Parse(Repository.Read(path), path);

    /// <summary>The documents of a text, those that are empty apart.</summary>
    public static IReadOnlyList<JsonObject> Parse(string text, string source)
    {
        YamlStream stream = [];
        try
        {
            stream.Load(new MergingParser(new Parser(new StringReader(text))));
        }
        catch (YamlException malformed)
        {
            throw new FormatException($"{source}: {malformed.Message}\n{text}", malformed);
        }

        return [.. stream.Documents.Select(static document => Json(document.RootNode)).OfType<JsonObject>()];
    }

    /// <summary>The value at a path such as <c>spec.ports.0.name</c>; null where there is none.</summary>
    public static JsonNode? At(this JsonNode? node, string path)
    {
        foreach (string step in path.Split('.'))
        {
            node = node switch
            {
                JsonObject map => map[step],
                JsonArray list when int.TryParse(step, CultureInfo.InvariantCulture, out int index) && index < list.Count => list[index],
                _ => null,
            };
        }

        return node;
    }

    public static string Text(this JsonNode? node, string path) => node.At(path)?.ToString() ?? throw new KeyNotFoundException($"There is no {path} in {node?.ToJsonString()}.");

    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(static entry => KeyValuePair.Create(((YamlScalarNode)entry.Key).Value!, Json(entry.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Json)]),
        YamlScalarNode { Style: ScalarStyle.Plain } plain => Plain(plain.Value ?? string.Empty),
        YamlScalarNode quoted => JsonValue.Create(quoted.Value),
        _ => throw new NotSupportedException(node.NodeType.ToString()),
    };

    private static JsonNode? Plain(string text) => text switch
    {
        "" or "~" or "null" => null,
        "true" => true,
        "false" => false,
        _ when Octal().IsMatch(text) => Convert.ToInt64(text, 8),
        _ when Number().IsMatch(text) => JsonNode.Parse(text),
        _ => text,
    };

    [GeneratedRegex(@"^0[0-7]+$")]
    private static partial Regex Octal();

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$")]
    private static partial Regex Number();
}
