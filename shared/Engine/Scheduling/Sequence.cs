using System.Diagnostics;
using System.Runtime.InteropServices;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Sampling;

namespace OrleansInference.Engine.Scheduling;

/// <summary>
/// One choice of a request: its token log, the pages with the computed part of it, and the state that its tokens are sampled with. Everything else can be
/// restored from the log and the request.
/// </summary>
public sealed class Sequence
{
    private const int ReservedTokens = 1024;

    private readonly List<int> _log;

    public Sequence(RoutedRequest request, int choice)
    {
        Request = request;
        Choice = choice;
        Sampling = new SequenceSampling(request.Request, choice, request.Stops.Endings, request.Committed(choice));
        _log = new List<int>(request.PromptLength + Math.Min(request.Request.MaxTokens, ReservedTokens));
        _log.AddRange(request.Request.Prompt.Span);
        _log.AddRange(request.Committed(choice));
    }

    public RoutedRequest Request { get; }

    public int Choice { get; }

    public Tenant Tenant => Request.Tenant;

    public int Priority => Request.Request.Priority;

    public SequenceSampling Sampling { get; }

    public SequencePages Pages { get; } = new();

    internal Speculation Speculation { get; } = new();

    /// <summary>Prompt and generated tokens.</summary>
    public ReadOnlySpan<int> Log => CollectionsMarshal.AsSpan(_log);

    /// <summary>Tokens whose keys and values are in pages.</summary>
    public int Computed => Pages.Length;

    /// <summary>Tokens of the log that are not yet computed; the next token is chosen after them. 1 when decoding.</summary>
    public int Pending => _log.Count - Computed;

    internal bool Decoding => Pending == 1;

    public int Generated => _log.Count - Request.PromptLength;

    /// <summary>Its rows in steps in flight.</summary>
    internal int RowsInFlight { get; set; }

    /// <summary>Whether it takes part in a step in flight.</summary>
    public bool InFlight => RowsInFlight > 0;

    /// <summary>Tokens of the log that the next step can compute: none while the next token is being chosen, or when it has ended and only waits for its steps.</summary>
    internal int RemainingTokens => InFlight && (Request.Measures || Request.HasEnded(Choice)) ? 0 : Math.Max(0, Pending - RowsInFlight);

    /// <summary>Whether it has pages, and tokens that the next step can compute.</summary>
    internal bool CanCompute => Pages.IsActive && RemainingTokens > 0;

    /// <summary>The position after those that are computed or in steps in flight.</summary>
    public int Next => Computed + RowsInFlight;

    /// <summary>Number of the last step that it took part in.</summary>
    public long LastStep { get; set; }

    /// <summary>The last step before it began, or began again: its pages were computed by later steps.</summary>
    public long Since { get; set; }

    /// <summary>Tokens of the log that its tenant has been charged for. Tokens that are computed again after a preemption are not charged again.</summary>
    public int Charged { get; set; }

    /// <summary>Tokens that the choice may still generate.</summary>
    public int Remaining => Request.Request.MaxTokens - Generated;

    /// <summary>The position before which tokens are computed again, because their pages were lost.</summary>
    internal int LostTo { get; set; }

    /// <summary>Appends a generated token to the log and to the history that sampling looks at.</summary>
    public FinishReason Append(int token)
    {
        Debug.Assert(!Request.HasEnded(Choice));
        _log.Add(token);
        Sampling.Append(token);
        return Request.Stops.After(token, Generated, _log.Count);
    }
}
