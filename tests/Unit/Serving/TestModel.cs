using OrleansInference.Models.Tokenization;
using OrleansInference.Serving;

namespace OrleansInference.Unit.Serving;

internal static class TestModel
{
    public static ServedModel With(ITokenizer tokenizer, int contextLength = 256, int? vocabularySize = null, params int[] endOfSequence) => new()
    {
        Id = "test",
        Created = DateTimeOffset.UnixEpoch,
        ContextLength = contextLength,
        VocabularySize = vocabularySize ?? tokenizer.VocabularySize,
        Tokenizer = tokenizer,
        EndOfSequence = endOfSequence,
        Fingerprint = "fp_test",
        Reasons = true,
    };
}
