using System.Text;
using System.Text.Json.Nodes;

namespace OrleansInference.Unit.Deployment.Charts;

/// <summary>The templates of a chart, rendered as Helm renders them as far as the tests' own functions go.</summary>
internal sealed class TemplateSet
{
    private readonly Dictionary<string, TemplateBlock> _blocks = [];
    private readonly string _folder;

    /// <param name="folder">Begins the names of the files, as in <c>.Template.BasePath</c>.</param>
    /// <param name="files">Names and texts.</param>
    public TemplateSet(string folder, IEnumerable<(string Name, string Text)> files)
    {
        _folder = folder;
        foreach ((string name, string text) in files)
        {
            _blocks.Add($"{folder}/{name}", TemplateParser.Parse(name, text, _blocks));
        }
    }

    /// <summary>The text of one file.</summary>
    public string Render(string name, JsonObject values, JsonObject chart, JsonObject release)
    {
        JsonObject data = new()
        {
            ["Values"] = values.DeepClone(),
            ["Chart"] = new JsonObject(chart.Select(static entry => KeyValuePair.Create(char.ToUpperInvariant(entry.Key[0]) + entry.Key[1..], entry.Value?.DeepClone()))),
            ["Release"] = release.DeepClone(),
            ["Template"] = new JsonObject { ["BasePath"] = _folder },
        };
        return Include($"{_folder}/{name}", data);
    }

    /// <summary>The text of a block or file with <paramref name="data"/> as its dot.</summary>
    public string Include(string name, JsonNode? data)
    {
        StringBuilder output = new();
        if (!_blocks.TryGetValue(name, out TemplateBlock? block))
        {
            throw new KeyNotFoundException($"There is no template {name}.");
        }

        block.Write(new TemplateScope(this, data, data, []), output);
        return output.ToString();
    }
}
