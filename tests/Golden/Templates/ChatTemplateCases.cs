using System.Text.Json.Nodes;
using OrleansInference.Models;
using OrleansInference.Models.Templates;

namespace OrleansInference.Golden.Templates;

/// <summary>Every case file holds templates with the text that Jinja2 3.1.6 renders, or the error it raises.</summary>
public sealed class ChatTemplateCases
{
    private const string BosToken = "<｜begin▁of▁sentence｜>";
    private const string EosToken = "<｜end▁of▁sentence｜>";
    private static readonly FixedClock Clock = new(new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero));

    public static TheoryData<string, int> Cases()
    {
        var cases = new TheoryData<string, int>();
        foreach (string file in Directory.GetFiles(DataFolder(), "*.json").Order())
        {
            for (int i = 0; i < Load(file).Count; i++)
            {
                cases.Add(Path.GetFileName(file), i);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Renders_as_the_reference_does(string file, int index)
    {
        JsonObject given = Load(Path.Combine(DataFolder(), file))[index]!.AsObject();
        string template = given["template"]!.GetValue<string>();
        var variables = (JsonObject)given["given"]!.DeepClone();
        if (given["text"] is { } text)
        {
            Assert.Equal(text.GetValue<string>(), Render(template, variables));
            return;
        }

        string error = given["error"]!.GetValue<string>();
        var failure = Assert.Throws<InferenceException>(() => Render(template, variables));
        Assert.Equal(ErrorCode.InvalidTemplate, failure.Code);
        if (error.StartsWith("TemplateError: ", StringComparison.Ordinal))
        {
            Assert.Equal(error["TemplateError: ".Length..], failure.Message);
        }
    }

    private static string Render(string template, JsonObject variables) => ChatTemplate.Parse(template, BosToken, EosToken, Clock).Render(variables);

    private static JsonArray Load(string file) => JsonNode.Parse(File.ReadAllText(file))!.AsArray();

    private static string DataFolder()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            string candidate = Path.Combine(folder, "tests", "Golden", "data", "text", "chat-templates");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new DirectoryNotFoundException("tests/Golden/data/text/chat-templates was not found above the test's folder.");
    }

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => now;
    }
}
