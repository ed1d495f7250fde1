using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Sampling;

namespace OrleansInference.Unit.Engine.Sampling;

/// <summary>Sampling as its definition reads, with LINQ and sorting.</summary>
internal static class ReferenceSampler
{
    public static float[] Adjust(float[] logits, GenerationRequest request, int[] generated, int[] endings)
    {
        SamplingParameters parameters = request.Sampling;
        float[] scores = [.. logits];
        foreach ((int token, float bias) in parameters.LogitBias)
        {
            scores[token] += bias;
        }

        if (parameters.Watermark is { } key)
        {
            for (int token = 0; token < scores.Length; token++)
            {
                scores[token] += (Philox.Draw(key, 0, token / 64) >> (token % 64) & 1) == 1 ? 2 : 0;
            }
        }

        foreach (int token in generated.Length < request.MinTokens ? endings : [])
        {
            scores[token] = float.NegativeInfinity;
        }

        foreach (int token in request.Prompt.ToArray().Concat(generated).Distinct())
        {
            int count = generated.Count(other => other == token);
            scores[token] = scores[token] > 0 ? scores[token] / parameters.RepetitionPenalty : scores[token] * parameters.RepetitionPenalty;
            scores[token] -= parameters.FrequencyPenalty * count;
            scores[token] -= count > 0 ? parameters.PresencePenalty : 0;
        }

        return scores;
    }

    /// <summary>The tokens that may be drawn, with their probabilities.</summary>
    public static Dictionary<int, double> Kept(float[] scores, SamplingParameters parameters)
    {
        double max = scores.Max();
        var ranked = scores.Select((score, token) => (Score: score, Token: token, Weight: Math.Exp((score - max) / parameters.Temperature)))
            .OrderByDescending(entry => entry.Score).ThenBy(entry => entry.Token).ToList();
        if (parameters.TopK > 0)
        {
            ranked = [.. ranked.Take(parameters.TopK)];
        }

        double total = ranked.Sum(entry => entry.Weight), sum = 0;
        int count = 0;
        do
        {
            sum += ranked[count++].Weight;
        }
        while (count < ranked.Count && parameters.TopP < 1 && sum < parameters.TopP * total * (1 - 1e-12));

        var kept = (parameters.TopP < 1 ? ranked.Take(count) : ranked).Where(entry => entry.Weight >= parameters.MinP).ToList();
        double mass = kept.Sum(entry => entry.Weight);
        return kept.ToDictionary(entry => entry.Token, entry => entry.Weight / mass);
    }

    public static int Draw(Dictionary<int, double> kept, ulong random)
    {
        double left = random / 18446744073709551616.0;
        foreach ((int token, double probability) in kept.OrderBy(entry => entry.Key))
        {
            if (left < probability)
            {
                return token;
            }

            left -= probability;
        }

        return kept.Keys.Max();
    }
}
