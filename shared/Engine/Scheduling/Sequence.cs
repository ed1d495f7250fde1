using System.Diagnostics;
using System.Runtime.InteropServices;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Sampling;

namespace OrleansInference.Engine.Scheduling;

/// <summary>
/// One choice of a request: its token log, the pages with the computed part of the log, and the sampling state. All of it can be restored from the log and the request.
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

    /// <summary>Number of tokens whose keys and values are in pages.</summary>
    public int Computed => Pages.Length;

    /// <summary>Number of tokens of the log that are not yet computed; the next token is sampled after them. 1 when decoding.</summary>
    public int Pending => _log.Count - Computed;

    internal bool Decoding => Pending == 1;

    public int Generated => _log.Count - Request.PromptLength;

    /// <summary>Number of its rows in steps in flight.</summary>
    internal int RowsInFlight { get; set; }

    /// <summary>Whether the sequence takes part in a step in flight.</summary>
    public bool InFlight => RowsInFlight > 0;

    /// <summary>
    /// Number of tokens of the log that the next step can compute: none while the next token is being sampled, or when the choice has ended and only waits for its steps.
    /// </summary>
    internal int RemainingTokens => InFlight && (Request.Measures || Request.HasEnded(Choice)) ? 0 : Math.Max(0, Pending - RowsInFlight);

    /// <summary>Whether the sequence has pages, and tokens that the next step can compute.</summary>
    internal bool CanCompute => Pages.IsActive && RemainingTokens > 0;

    /// <summary>The first position that is neither computed nor in a step in flight.</summary>
    public int Next => Computed + RowsInFlight;

    /// <summary>Number of the last step that the sequence took part in.</summary>
    public long LastStep { get; set; }

    /// <summary>The last step before the sequence started or restarted. Its pages were computed by later steps.</summary>
    public long Since { get; set; }

    /// <summary>Number of tokens of the log that its tenant was charged for. Tokens that are recomputed after a preemption are not charged again.</summary>
    public int Charged { get; set; }

    /// <summary>Number of tokens that the choice may still generate.</summary>
    public int Remaining => Request.Request.MaxTokens - Generated;

    /// <summary>Tokens before this position are recomputed, because their pages were lost.</summary>
    internal int LostTo { get; set; }

    /// <summary>Appends a generated token to the log and to the history that sampling uses.</summary>
    public FinishReason Append(int token)
    {
        Debug.Assert(!Request.HasEnded(Choice));
        _log.Add(token);
        Sampling.Append(token);
        return Request.Stops.After(token, Generated, _log.Count);
    }
}
