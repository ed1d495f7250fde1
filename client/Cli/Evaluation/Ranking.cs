namespace OrleansInference.Cli.Evaluation;

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
