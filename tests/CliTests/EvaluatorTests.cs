using OrleansInference.Cli.Evaluation;
using OrleansInference.Compute;
using OrleansInference.Models;

namespace OrleansInference.CliTests;

public sealed class EvaluatorTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(17)]
    [InlineData(1000)]
    public void The_chunk_decides_the_steps_and_nothing_else(int chunk)
    {
        int[] prompt = [.. Enumerable.Range(0, 40).Select(index => index * 7 % 11)];
        EchoModel model = new();
        EvaluationResult result = Of(model).Evaluate(prompt, chunk, generate: 3);

        Assert.Equal((prompt[^1] + 1) % 11, result.Top[^1][0]);
        Assert.Equal(prompt.Select(token => (token + 1) % 11), result.Top.Select(ids => ids[0]));
        Assert.All(result.Top, ids => Assert.Equal(5, ids.Length));
        Assert.Equal([(prompt[^1] + 1) % 11, (prompt[^1] + 2) % 11, (prompt[^1] + 3) % 11], result.Generated);
        Assert.Equal(((prompt.Length + chunk - 1) / chunk) + 2, model.Steps);
        Assert.Equal(11, result.Logits.Length);
    }

    [Theory]
    [InlineData(new int[0], ErrorCode.InvalidRequest)]
    [InlineData(new[] { 11 }, ErrorCode.InvalidRequest)]
    [InlineData(new[] { -1 }, ErrorCode.InvalidRequest)]
    public void A_prompt_that_is_not_the_models_is_refused(int[] prompt, ErrorCode code)
    {
        EchoModel model = new();
        Assert.Equal(code, Assert.Throws<InferenceException>(() => Of(model).Evaluate(prompt, 1, 0)).Code);
    }

    [Fact]
    public void A_continuation_beyond_the_positions_is_refused()
    {
        EchoModel model = new();
        Assert.Equal(ErrorCode.ContextTooLong, Assert.Throws<InferenceException>(() => Of(model).Evaluate([1], 1, 64)).Code);
    }

    [Theory]
    [InlineData(new[] { 1f, 3f, 2f }, new[] { 1, 2, 0 })]
    [InlineData(new[] { 2f, 2f, 2f }, new[] { 0, 1, 2 })]
    [InlineData(new[] { float.NaN, 2f, float.NegativeInfinity }, new[] { 1, 2, 0 })]
    [InlineData(new[] { 0f, 1f, 5f, 4f, 3f }, new[] { 2, 3, 4 })]
    public void Ranks_by_logit_then_by_id(float[] logits, int[] expected) => Assert.Equal(expected, Ranking.Top(logits, 3));

    private static Evaluator Of(EchoModel model) => new(EchoModel.Vocabulary, positions: 64, pages: 8, model.Execute);

    /// <summary>A model of 11 tokens whose likeliest token is one more than the last.</summary>
    private sealed class EchoModel
    {
        public const int Vocabulary = 11;

        public int Steps { get; private set; }

        public void Execute(StepBatch batch, Span<float> logits)
        {
            Steps++;
            SequenceSlice slice = batch.Slices[0];
            Assert.True(slice.PageCount >= KvLayout.PagesFor(slice.Start + slice.Count));
            int first = slice.Count - slice.LogitCount;
            for (int row = 0; row < slice.LogitCount; row++)
            {
                Span<float> values = logits.Slice(row * Vocabulary, Vocabulary);
                values.Clear();
                values[(batch.Tokens[first + row] + 1) % Vocabulary] = 1;
            }
        }
    }
}
