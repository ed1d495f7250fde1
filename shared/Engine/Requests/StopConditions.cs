namespace OrleansInference.Engine.Requests;

/// <summary>Decides after which token a sequence ends. Stop strings are found by the gateway, because the engine has no text.</summary>
public sealed class StopConditions
{
    private readonly int[] _endings;
    private readonly int _maxTokens;
    private readonly int _positions;

    /// <param name="request">The request.</param>
    /// <param name="model">The model. Its end-of-sequence tokens end the sequence, unless the request ignores them.</param>
    /// <param name="positions">Maximum tokens of a sequence.</param>
    public StopConditions(GenerationRequest request, ServedModel model, int positions)
    {
        IEnumerable<int> endings = request.IgnoreEos ? request.StopTokens : request.StopTokens.Concat(model.EndOfSequence.Where(token => token < model.VocabularySize));
        _endings = [.. endings.Distinct()];
        _maxTokens = request.MaxTokens;
        _positions = positions;
    }

    /// <summary>Tokens that end the sequence. They are not sampled before the request's minimum number of tokens.</summary>
    public ReadOnlySpan<int> Endings => _endings;

    /// <param name="token">The token just generated.</param>
    /// <param name="generated">Number of generated tokens, including this one.</param>
    /// <param name="total">Number of tokens of the sequence, including the prompt.</param>
    public FinishReason After(int token, int generated, int total) =>
        _endings.AsSpan().Contains(token) ? FinishReason.Stop
        : generated >= _maxTokens || total >= _positions ? FinishReason.Length
        : FinishReason.None;
}
