using System.Text.Json;
using OrleansInference.Text.Tokenization.Patterns;

namespace OrleansInference.Text.Tokenization.Reading;

/// <summary>Reads {"String": "…"} and {"Regex": "…"}.</summary>
internal static class PatternReader
{
    public static ITextPattern Read(JsonElement owner)
    {
        if (TryReadLiteral(owner, out string literal))
            return literal.Length == 0 ? RegularPattern.Parse("") : new LiteralPattern(literal);
        return RegularPattern.Parse(owner.Required("pattern").RequiredString("Regex"));
    }

    public static bool TryReadLiteral(JsonElement owner, out string literal)
    {
        string? text = owner.Required("pattern").OptionalString("String");
        literal = text ?? "";
        return text is not null;
    }

    public static SplitBehavior ReadBehavior(JsonElement owner, SplitBehavior? otherwise = null)
    {
        if (otherwise is not null && owner.Optional("behavior") is null)
            return otherwise.Value;
        JsonElement field = owner.Required("behavior");
        return field.AsString("behavior") switch
        {
            "Removed" => SplitBehavior.Removed,
            "Isolated" => SplitBehavior.Isolated,
            "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
            "MergedWithNext" => SplitBehavior.MergedWithNext,
            "Contiguous" => SplitBehavior.Contiguous,
            _ => throw JsonFields.Wrong("behavior", field, "Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous"),
        };
    }
}
