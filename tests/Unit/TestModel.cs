using OrleansInference.Engine.Requests;
using OrleansInference.Text.Tokenization;

namespace OrleansInference.Unit;

internal static class TestModel
{
    public static ServedModel With(ITokenizer tokenizer, int contextLength = 256, int? vocabularySize = null, params int[] endOfSequence) => new()
    {
        Id = "test",
        Created = DateTimeOffset.UnixEpoch,
        ContextLength = contextLength,
        VocabularySize = vocabularySize ?? tokenizer.VocabularySize,
        EndOfSequence = endOfSequence,
        Fingerprint = "fp_test",
    };
}
