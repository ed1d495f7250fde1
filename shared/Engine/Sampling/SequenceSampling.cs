using OrleansInference.Engine.Requests;

namespace OrleansInference.Engine.Sampling;

/// <summary>What sampling needs to know of one sequence: the request's parameters, prepared, and the history that the penalties look at.</summary>
public sealed class SequenceSampling
{
    private readonly KeyValuePair<int, float>[] _bias;
    private readonly int[] _endings;
    private readonly int _minTokens;
    private readonly TokenHistory? _history;

    /// <param name="request">The request.</param>
    /// <param name="choice">Which of its choices.</param>
    /// <param name="endings">Tokens that end the sequence, and that may not be chosen before the request's least number of tokens.</param>
    /// <param name="generated">Tokens generated already, where a sequence is resumed.</param>
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

    /// <summary>As it was elsewhere.</summary>
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

    /// <summary>Tokens generated so far.</summary>
    public int Generated { get; private set; }

    /// <summary>Before this many tokens <see cref="Endings"/> may not be chosen.</summary>
    public int MinTokens => _minTokens;

    public ReadOnlySpan<int> Endings => _endings;

    /// <summary>Null where no penalty looks at it.</summary>
    public TokenHistory? History => _history;

    /// <summary>A state that tokens appended here do not change, as far as choosing a token depends on them: without penalties or a least number of tokens it is this one.</summary>
    public SequenceSampling Copy() => _history is null && _minTokens == 0 ? this : new(this);

    /// <summary>Takes the token that was chosen.</summary>
    public void Append(int token)
    {
        Generated++;
        _history?.Append(token);
    }

    /// <summary>Applies bias, the least number of tokens, and penalties, in this order.</summary>
    /// <param name="logits">[vocabulary], left as they are.</param>
    /// <param name="scratch">[vocabulary]</param>
    /// <returns><paramref name="logits"/> where nothing applies, else the adjusted scores in <paramref name="scratch"/>.</returns>
    internal ReadOnlySpan<float> Adjust(ReadOnlySpan<float> logits, Span<float> scratch)
    {
        ReadOnlySpan<int> masked = Generated < _minTokens ? _endings : [];
        if (_bias.Length == 0 && masked.Length == 0 && _history is null)
        {
            return logits;
        }

        logits.CopyTo(scratch);
        foreach ((int token, float bias) in _bias)
        {
            scratch[token] += bias;
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
