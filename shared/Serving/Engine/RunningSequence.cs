using System.Diagnostics;
using System.Runtime.InteropServices;
using OrleansInference.Compute;

namespace OrleansInference.Serving;

/// <summary>
/// One choice of a request while it takes part in steps: its token log, how much of it has its keys and values in pages, and how its tokens are chosen.
/// The log is the truth; everything else follows from it and the request. Used by the engine's thread alone.
/// </summary>
internal sealed class RunningSequence
{
    private const int ReservedTokens = 1024;

    private readonly StopConditions _stops;
    private readonly List<int> _log;

    public RunningSequence(Generation generation, int choice, StopConditions stops)
    {
        GenerationRequest request = generation.Request;
        Generation = generation;
        Choice = choice;
        Sampling = new SequenceSampling(request, choice, stops.Endings);
        _stops = stops;
        _log = new List<int>(request.Prompt.Length + Math.Min(request.MaxTokens, ReservedTokens));
        _log.AddRange(request.Prompt.Span);
    }

    public Generation Generation { get; }

    public int Choice { get; }

    public SequenceSampling Sampling { get; }

    public int PromptLength => Generation.Request.Prompt.Length;

    /// <summary>Prompt and generated tokens.</summary>
    public ReadOnlySpan<int> Log => CollectionsMarshal.AsSpan(_log);

    /// <summary>Positions whose keys and values are in pages.</summary>
    public int Computed { get; private set; }

    public FinishReason Finish { get; private set; }

    /// <summary>Takes note that the first <paramref name="positions"/> positions are in pages already.</summary>
    public void Reuse(int positions)
    {
        Debug.Assert(positions < _log.Count);
        Computed = positions;
    }

    /// <summary>The tokens to compute next: one when decoding, at most <paramref name="most"/> of the prompt before.</summary>
    public ReadOnlySpan<int> NextTokens(int most) => Log[Computed..Math.Min(_log.Count, Computed + most)];

    /// <summary>Takes note that the next <paramref name="count"/> tokens have been computed.</summary>
    /// <returns>Whether the last one's logits choose a new token.</returns>
    public bool Advance(int count)
    {
        Computed += count;
        Debug.Assert(Computed <= _log.Count);
        return Computed == _log.Count;
    }

    /// <summary>Appends a generated token to the log.</summary>
    /// <returns>The token's index within the choice.</returns>
    public int Append(int token)
    {
        Debug.Assert(Finish == FinishReason.None);
        _log.Add(token);
        Sampling.Append(token);
        Finish = _stops.After(token, Sampling.Generated, _log.Count);
        return Sampling.Generated - 1;
    }

    /// <summary>Which logits the step that computes <paramref name="count"/> tokens has to give.</summary>
    public LogitRows RowsFor(int count) =>
        Generation.Request.PromptLogProbs && Generation.PublishedPromptTokens < PromptLength ? LogitRows.All
        : Computed + count == _log.Count ? LogitRows.Last
        : LogitRows.None;
}
