using OrleansInference.Engine.Requests;

namespace OrleansInference.Engine.Sampling;

/// <summary>Sampling state of one sequence: the request's parameters in prepared form, and the history for the penalties.</summary>
public sealed class SequenceSampling
{
    private readonly KeyValuePair<int, float>[] _bias;
    private readonly int[] _endings;
    private readonly int _minTokens;
    private readonly TokenHistory? _history;

    /// <param name="request">The request.</param>
    /// <param name="choice">Index of the choice.</param>
    /// <param name="endings">Tokens that end the sequence. They may not be sampled before the request's minimum number of tokens.</param>
    /// <param name="generated">Tokens that were already generated, if a sequence is resumed.</param>
    public SequenceSampling(GenerationRequest request, int choice, ReadOnlySpan<int> endings, ReadOnlySpan<int> generated = default)
    {
        Parameters = request.Sampling;
        Choice = choice;
        Generated = generated.Length;
        _bias = BiasOf(Parameters);
        _minTokens = request.MinTokens;
        _endings = request.MinTokens > 0 ? endings.ToArray() : [];
        bool penalized = Parameters is not { RepetitionPenalty: 1f, PresencePenalty: 0f, FrequencyPenalty: 0f };
        _history = penalized ? new TokenHistory(request.Prompt.Span, generated) : null;
    }

    /// <summary>Restores a state that was received from another process.</summary>
    public SequenceSampling(SamplingParameters parameters, int choice, int generated, int minTokens, int[] endings, TokenHistory? history)
    {
        Parameters = parameters;
        Choice = choice;
        Generated = generated;
        _bias = BiasOf(parameters);
        _minTokens = minTokens;
        _endings = endings;
        _history = history;
    }

    private SequenceSampling(SequenceSampling other)
    {
        Parameters = other.Parameters;
        Choice = other.Choice;
        Generated = other.Generated;
        _bias = other._bias;
        _minTokens = other._minTokens;
        _endings = other._endings;
        _history = other._history?.Copy();
    }

    public SamplingParameters Parameters { get; }

    public int Choice { get; }

    /// <summary>Number of generated tokens.</summary>
    public int Generated { get; private set; }

    /// <summary>Number of tokens before which <see cref="Endings"/> may not be sampled.</summary>
    public int MinTokens => _minTokens;

    public ReadOnlySpan<int> Endings => _endings;

    /// <summary>The token history; null if no penalty uses it.</summary>
    public TokenHistory? History => _history;

    /// <summary>
    /// Returns a copy that later calls of <see cref="Append"/> do not change. Without penalties and a minimum number of tokens, sampling does not depend on appended tokens, and the
    /// state itself is returned.
    /// </summary>
    public SequenceSampling Copy() => _history is null && _minTokens == 0 ? this : new(this);

    /// <summary>Appends a sampled token.</summary>
    public void Append(int token)
    {
        Generated++;
        _history?.Append(token);
    }

    /// <summary>Applies bias, watermark, the minimum number of tokens, and penalties, in this order.</summary>
    /// <param name="logits">[vocabulary], not changed.</param>
    /// <param name="scratch">[vocabulary]</param>
    /// <returns><paramref name="logits"/> if nothing applies; otherwise the adjusted scores in <paramref name="scratch"/>.</returns>
    internal ReadOnlySpan<float> Adjust(ReadOnlySpan<float> logits, Span<float> scratch)
    {
        ReadOnlySpan<int> masked = Generated < _minTokens ? _endings : [];
        if (_bias.Length == 0 && masked.Length == 0 && _history is null && Parameters.Watermark is null)
        {
            return logits;
        }

        logits.CopyTo(scratch);
        foreach ((int token, float bias) in _bias)
        {
            scratch[token] += bias;
        }

        if (Parameters.Watermark is { } key)
        {
            Watermark.Of(key, scratch.Length).AddTo(scratch);
        }

        foreach (int token in masked)
        {
            scratch[token] = float.NegativeInfinity;
        }

        _history?.Penalize(Parameters, scratch);
        return scratch;
    }

    private static KeyValuePair<int, float>[] BiasOf(SamplingParameters parameters) => parameters.LogitBias.Count == 0 ? [] : [.. parameters.LogitBias];
}
