using System.Runtime.InteropServices;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Cluster.Protocol;

/// <summary>Tokens of a choice so far, with their measures if requested.</summary>
public sealed class TokenLog
{
    private readonly List<int> _tokens;
    private readonly List<TokenMeasure>? _measures; // one for each token

    private TokenLog(ChoiceLog start, bool measured)
    {
        _tokens = [.. start.Tokens];
        _measures = measured ? [] : null;
        Finish = start.Finish;
        Measure(start.Measures, start.Tokens.Length);
    }

    public int Count => _tokens.Count;

    public FinishReason Finish { get; set; }

    public bool Ended => Finish != FinishReason.None;

    public ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(_tokens);

    /// <summary>Number of logs of a request: one for each choice, and a last one for the prompt if its log-probabilities are requested.</summary>
    public static int CountOf(GenerationRequest request) => request.Choices + (request.PromptLogProbs ? 1 : 0);

    /// <summary>Index of the prompt's log, which is filled before all others; −1: none.</summary>
    public static int PromptOf(GenerationRequest request) => request.PromptLogProbs ? request.Choices : -1;

    /// <summary>Creates the logs of a request, empty or with a start.</summary>
    public static TokenLog[] Of(GenerationRequest request, ChoiceLog[]? start = null)
    {
        TokenLog[] logs = new TokenLog[CountOf(request)];
        for (int i = 0; i < logs.Length; i++)
        {
            bool measured = request.Sampling.LogProbs is not null || i == PromptOf(request);
            logs[i] = new TokenLog(start is null ? new ChoiceLog([], FinishReason.None) : start[i], measured);
        }

        return logs;
    }

    public void Append(int token, TokenMeasure measure)
    {
        _tokens.Add(token);
        _measures?.Add(measure);
    }

    /// <param name="tokens">Tokens.</param>
    /// <param name="measures">One for each token, or none.</param>
    public void Append(ReadOnlySpan<int> tokens, ReadOnlySpan<TokenMeasure> measures)
    {
        _tokens.AddRange(tokens);
        Measure(measures, tokens.Length);
    }

    internal int[] TokensFrom(int index) => Tokens[index..].ToArray();

    internal TokenMeasure[] MeasuresFrom(int index) => CollectionsMarshal.AsSpan(_measures)[(_measures is null ? 0 : index)..].ToArray();

    /// <summary>Returns the tokens from an index on.</summary>
    public ChoiceLog From(int index) => new(TokensFrom(index), Finish) { Measures = MeasuresFrom(index) };

    private void Measure(ReadOnlySpan<TokenMeasure> measures, int tokens)
    {
        for (int i = 0; i < tokens; i++)
        {
            _measures?.Add(measures.IsEmpty ? TokenMeasure.None : measures[i]);
        }
    }
}
