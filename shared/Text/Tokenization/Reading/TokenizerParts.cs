using OrleansInference.Text.Tokenization.Decoders;
using OrleansInference.Text.Tokenization.Normalizers;
using OrleansInference.Text.Tokenization.PostProcessors;
using OrleansInference.Text.Tokenization.PreTokenizers;

namespace OrleansInference.Text.Tokenization.Reading;

/// <summary>The parts that a tokenizer.json describes.</summary>
internal sealed record TokenizerParts
{
    public required Normalizer? Normalizer { get; init; }

    public required PreTokenizer? PreTokenizer { get; init; }

    public required BytePairModel Model { get; init; }

    public required AddedVocabulary Added { get; init; }

    public required PostProcessor PostProcessor { get; init; }

    public required Decoder Decoder { get; init; }
}
