using System.Text.Json;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Api.Generation;

/// <summary>OpenAI's names for the finish reasons of a choice.</summary>
internal static class FinishNames
{
    private static readonly JsonEncodedText Stop = JsonEncodedText.Encode("stop");
    private static readonly JsonEncodedText Length = JsonEncodedText.Encode("length");

    public static JsonEncodedText Of(FinishReason reason) => reason is FinishReason.Length ? Length : Stop;
}
