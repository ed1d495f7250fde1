using OrleansInference.Compute;

namespace OrleansInference.Cli.Evaluation;

/// <summary>Runs a prompt through a model in chunks, then continues it greedily. End-of-sequence tokens do not end the continuation.</summary>
/// <param name="vocabulary">Width of a row of logits.</param>
/// <param name="positions">Maximum positions of the model.</param>
/// <param name="pages">Pages in the pool.</param>
/// <param name="execute">Computes one step, with logits as [rows, vocabulary].</param>
internal sealed class Evaluator(int vocabulary, int positions, int pages, Action<StepBatch, Span<float>> execute)
{
    public const int TopCount = 5;

    /// <summary>Maximum prompt tokens of a step: the logits of all of them are held at the same time.</summary>
    public const int MaxChunk = 1024;

    private readonly StepBatch _batch = new();
    private float[] _logits = [];

    /// <param name="prompt">Token ids of the prompt; at least one.</param>
    /// <param name="chunk">Prompt tokens of a step; at least 1.</param>
    /// <param name="generate">Number of tokens of the continuation.</param>
    /// <exception cref="InferenceException">An id is not in the vocabulary, or prompt and continuation exceed the positions or the pages.</exception>
    public EvaluationResult Evaluate(ReadOnlySpan<int> prompt, int chunk, int generate)
    {
        Check(prompt, generate);
        int[] table = Enumerable.Range(0, KvLayout.PagesFor(prompt.Length + generate)).ToArray();
        int[][] top = new int[prompt.Length][];
        int rows = 0;
        for (int start = 0; start < prompt.Length; start += rows)
        {
            rows = Math.Min(chunk, prompt.Length - start);
            Step(prompt.Slice(start, rows), start, table, LogitRows.All);
            for (int row = 0; row < rows; row++)
            {
                top[start + row] = Ranking.Top(Row(row), TopCount);
            }
        }

        float[] last = Row(rows - 1).ToArray();
        int[] generated = new int[generate];
        for (int index = 0; index < generate; index++)
        {
            generated[index] = Ranking.Top(Row(index == 0 ? rows - 1 : 0), 1)[0];
            if (index + 1 < generate)
            {
                Step(generated.AsSpan(index, 1), prompt.Length + index, table, LogitRows.Last);
            }
        }

        return new EvaluationResult(last, top, generated);
    }

    private ReadOnlySpan<float> Row(int row) => _logits.AsSpan(row * vocabulary, vocabulary);

    private void Step(ReadOnlySpan<int> tokens, int start, ReadOnlySpan<int> table, LogitRows rows)
    {
        _batch.Clear();
        _batch.Add(tokens, start, table[..KvLayout.PagesFor(start + tokens.Length)], rows);
        int length = _batch.LogitRowCount * vocabulary;
        if (_logits.Length < length)
        {
            _logits = new float[length];
        }

        execute(_batch, _logits.AsSpan(0, length));
    }

    private void Check(ReadOnlySpan<int> prompt, int generate)
    {
        if (prompt.IsEmpty)
        {
            InferenceException.Throw(ErrorCode.InvalidRequest, "The prompt is empty; expected at least one token.", "stdin");
        }

        foreach (int token in prompt)
        {
            if ((uint)token >= (uint)vocabulary)
            {
                InferenceException.Throw(ErrorCode.InvalidRequest, $"Token id {token} is not in the vocabulary, expected 0 to {vocabulary - 1}.", "stdin");
            }
        }

        long length = (long)prompt.Length + generate;
        long most = Math.Min(positions, (long)pages * KvLayout.PageTokens);
        if (length > most)
        {
            InferenceException.Throw(
                ErrorCode.ContextTooLong, $"Prompt ({prompt.Length}) and continuation ({generate}) take {length} positions, expected at most {most}.", "--generate");
        }
    }
}

/// <summary>Result of running a prompt through a model.</summary>
/// <param name="Logits">[vocabulary] at the last position of the prompt.</param>
/// <param name="Top">[prompt positions][5] ids of the highest logits, highest first, the lowest id first among equals.</param>
/// <param name="Generated">Greedy continuation.</param>
internal sealed record EvaluationResult(float[] Logits, int[][] Top, int[] Generated);

/// <summary>Order of tokens by logit.</summary>
internal static class Ranking
{
    /// <summary>Returns the ids of the <paramref name="count"/> highest logits, highest first, the lowest id first among equals; NaN comes last.</summary>
    public static int[] Top(ReadOnlySpan<float> logits, int count)
    {
        int[] ids = new int[Math.Min(count, logits.Length)];
        int filled = 0;
        for (int id = 0; id < logits.Length; id++)
        {
            float logit = logits[id];
            if (filled == ids.Length && !Before(logit, logits[ids[filled - 1]]))
            {
                continue;
            }

            int place = filled < ids.Length ? filled++ : filled - 1;
            for (; place > 0 && Before(logit, logits[ids[place - 1]]); place--)
            {
                ids[place] = ids[place - 1];
            }

            ids[place] = id;
        }

        return ids;
    }

    private static bool Before(float logit, float other) => logit > other || (float.IsNaN(other) && !float.IsNaN(logit));
}
