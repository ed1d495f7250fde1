using System.Text.Json.Nodes;
using OrleansInference.Models;
using OrleansInference.Text.Templates;

namespace OrleansInference.Unit.Text.Templates;

/// <summary>Short ways to render a template in a test.</summary>
internal static class Rendering
{
    public static string Render(string template, string variables = "{}", TemplateLimits? limits = null)
        => ChatTemplate.Parse(template, "<s>", "</s>", new FixedClock(), limits).Render(JsonNode.Parse(variables)!.AsObject());

    public static InferenceException Fail(string template, string variables = "{}", TemplateLimits? limits = null)
    {
        var failure = Assert.Throws<InferenceException>(() => Render(template, variables, limits));
        Assert.Equal(ErrorCode.InvalidTemplate, failure.Code);
        return failure;
    }

    private sealed class FixedClock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    }
}
