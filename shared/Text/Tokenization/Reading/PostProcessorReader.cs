using System.Text.Json;
using OrleansInference.Text.Tokenization.PostProcessors;

namespace OrleansInference.Text.Tokenization.Reading;

internal static class PostProcessorReader
{
    public static PostProcessor Read(JsonElement element) => element.RequiredString("type") switch
    {
        "Sequence" => new SequencePostProcessor([.. element.RequiredArray("processors").Select(Read)]),
        "ByteLevel" => SequencePostProcessor.None,
        "TemplateProcessing" => ReadTemplate(element),
        "RobertaProcessing" or "BertProcessing" => new TemplatePostProcessor([ReadPair(element, "cls"), null, ReadPair(element, "sep")]),
        var type => throw JsonFields.Unsupported("post-processor", type, "Sequence, ByteLevel, TemplateProcessing, RobertaProcessing or BertProcessing"),
    };

    private static TemplatePostProcessor ReadTemplate(JsonElement element)
    {
        JsonElement specials = element.Required("special_tokens");
        var pieces = new List<int[]?>();
        foreach (JsonElement piece in element.RequiredArray("single"))
        {
            if (piece.Optional("SpecialToken") is { } special)
                pieces.Add([.. specials.Required(special.RequiredString("id")).RequiredArray("ids").Select(id => id.AsId("ids"))]);
            else if (piece.Required("Sequence").RequiredString("id") == "A")
                pieces.Add(null);
            else
                throw JsonFields.Wrong("single", piece, "special tokens and the sequence A");
        }
        return new TemplatePostProcessor(pieces);
    }

    private static int[] ReadPair(JsonElement element, string name)
    {
        JsonElement[] pair = [.. element.RequiredArray(name)];
        return pair.Length == 2 ? [pair[1].AsId(name)] : throw JsonFields.Wrong(name, element.Required(name), "a token and its id");
    }
}
