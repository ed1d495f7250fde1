using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using OrleansInference.Models;
using OrleansInference.Text.Templates;

namespace OrleansInference.Golden.Text;

/// <summary>Templates with the text that Jinja2 3.1.6 renders, or the error that it raises.</summary>
public sealed class ChatTemplateCases
{
    private const string BosToken = "<｜begin▁of▁sentence｜>";
    private const string EosToken = "<｜end▁of▁sentence｜>";
    private static readonly ConcurrentDictionary<string, IReadOnlyList<Case>> Files = new();
    private static readonly FixedClock Clock = new(new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero));

    public static TheoryData<string, int> Cases()
    {
        var cases = new TheoryData<string, int>();
        foreach (string file in new[] { "data/text/chat-templates/cases.json", "Text/language.json", "Text/published-style.json" })
        {
            for (int i = 0; i < Load(file).Count; i++)
            {
                cases.Add(file, i);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Renders_as_the_reference_does(string file, int index)
    {
        Case given = Load(file)[index];
        if (given.Text is not null)
        {
            Assert.Equal(given.Text, Render(given.Template, given.Variables));
            return;
        }

        var failure = Assert.Throws<InferenceException>(() => Render(given.Template, given.Variables));
        Assert.Equal(ErrorCode.InvalidTemplate, failure.Code);
        if (given.Error!.StartsWith("TemplateError: ", StringComparison.Ordinal))
        {
            Assert.Equal(given.Error["TemplateError: ".Length..], failure.Message);
        }
    }

    private static string Render(string template, JsonObject variables) => ChatTemplate.Parse(template, BosToken, EosToken, Clock).Render(variables);

    private static IReadOnlyList<Case> Load(string file) => Files.GetOrAdd(file, static name =>
    {
        JsonNode root = JsonNode.Parse(File.ReadAllText(Path.Combine(GoldenFolder(), name)))!;
        return root is JsonArray array
            ? [.. array.Select(node => Read(node!, (string)node!["template"]!, (JsonObject)node["given"]!))]
            : [.. root["cases"]!.AsArray().Select(node => Read(
                node!, (string)root["templates"]![(string)node!["template"]!]!, (JsonObject)root["variables"]![(string)node["variables"]!]!))];
    });

    private static Case Read(JsonNode node, string template, JsonObject variables) => new(template, variables, (string?)node["text"], (string?)node["error"]);

    private static string GoldenFolder()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Golden.csproj")))
            {
                return folder;
            }
        }

        throw new DirectoryNotFoundException("The folder of Golden.csproj was not found above the test's own.");
    }

    private sealed record Case(string Template, JsonObject Variables, string? Text, string? Error);

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => now;
    }
}
