using System.Runtime.InteropServices;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Engine.Sampling;

/// <summary>The count of each token in a sequence, for the penalties. It is a function of the token log alone, so it is rebuilt from the log after a recovery.</summary>
public sealed class TokenHistory
{
    private readonly Dictionary<int, int> _generated;

    public TokenHistory(ReadOnlySpan<int> prompt, ReadOnlySpan<int> generated = default)
    {
        _generated = [];
        foreach (int token in prompt)
        {
            _generated.TryAdd(token, 0);
        }

        foreach (int token in generated)
        {
            Append(token);
        }
    }

    /// <param name="generated">For each token that occurred, the number of times it was generated.</param>
    public TokenHistory(Dictionary<int, int> generated) => _generated = generated;

    /// <summary>For each token that occurred, the number of times it was generated.</summary>
    public IReadOnlyDictionary<int, int> Counts => _generated;

    public TokenHistory Copy() => new(new Dictionary<int, int>(_generated));

    /// <summary>Appends the next generated token.</summary>
    public void Append(int token) => CollectionsMarshal.GetValueRefOrAddDefault(_generated, token, out _)++;

    /// <summary>Applies the penalties: first repetition, over prompt and output, then frequency and presence, over the output.</summary>
    /// <param name="parameters">The penalties.</param>
    /// <param name="scores">[vocabulary]</param>
    internal void Penalize(SamplingParameters parameters, Span<float> scores)
    {
        foreach ((int token, int count) in _generated)
        {
            float score = scores[token];
            score = score > 0 ? score / parameters.RepetitionPenalty : score * parameters.RepetitionPenalty;
            score -= parameters.FrequencyPenalty * count;
            score -= count > 0 ? parameters.PresencePenalty : 0;
            scores[token] = score;
        }
    }
}
