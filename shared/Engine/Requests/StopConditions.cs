namespace OrleansInference.Engine.Requests;

/// <summary>Tells after which token a sequence ends. Stop strings are the gateway's business: the engine sees no text.</summary>
internal sealed class StopConditions
{
    private readonly int[] _endings;
    private readonly int _maxTokens;
    private readonly int _positions;

    /// <param name="request">The request.</param>
    /// <param name="model">Whose end-of-sequence tokens end the sequence, unless the request ignores them.</param>
    /// <param name="positions">Tokens that a sequence may have in all.</param>
    public StopConditions(GenerationRequest request, ServedModel model, int positions)
    {
        IEnumerable<int> endings = request.IgnoreEos ? request.StopTokens : request.StopTokens.Concat(model.EndOfSequence.Where(token => token < model.VocabularySize));
        _endings = [.. endings.Distinct()];
        _maxTokens = request.MaxTokens;
        _positions = positions;
    }

    /// <summary>Tokens that end the sequence; sampling keeps them away until the request's least number of tokens is there.</summary>
    public ReadOnlySpan<int> Endings => _endings;

    /// <param name="token">The token just generated.</param>
    /// <param name="generated">Tokens generated, it included.</param>
    /// <param name="total">Tokens of the sequence, prompt included.</param>
    public FinishReason After(int token, int generated, int total) =>
        _endings.AsSpan().Contains(token) ? FinishReason.Stop
        : generated >= _maxTokens || total >= _positions ? FinishReason.Length
        : FinishReason.None;
}
