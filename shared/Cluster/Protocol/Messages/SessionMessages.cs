using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Protocol.Messages;

// A "log" is a choice's, or, with the number after the last choice, the prompt's: see TokenLog.

/// <summary>Gateway to session: begin if you have not, and stream to me from these indices on. Repeated while the stream lasts.</summary>
/// <param name="Gateway">Who.</param>
/// <param name="Stream">Which of the gateway's streams.</param>
/// <param name="Session">The session.</param>
/// <param name="Request">What is asked for.</param>
/// <param name="From">For each log, the index of the first token that the client does not have.</param>
internal sealed record AttachStream(int Gateway, int Stream, int Session, GenerationRequest Request, int[] From) : ControlMessage;

/// <summary>Session to gateway: a log's tokens from an index on. Repeated until an <see cref="AttachStream"/> has passed them.</summary>
internal sealed record StreamTokens(int Stream, int Choice, int Index, int[] Tokens, FinishReason Finish) : ControlMessage
{
    /// <summary>As many as tokens, or none.</summary>
    public TokenMeasure[] Measures { get; init; } = [];

    public int CachedPromptTokens { get; init; }

    /// <summary>With <see cref="FinishReason.Error"/>, what it was.</summary>
    public InferenceException? Error { get; init; }
}

/// <summary>Gateway to session: the client went away, or has everything.</summary>
internal sealed record DetachStream(int Session, int Gateway, int Stream, bool Cancel) : ControlMessage;

/// <summary>Session to gateway: noted.</summary>
internal sealed record StreamDetached(int Stream) : ControlMessage;

/// <summary>Gateway to session: a stop string was found in a choice's text; it ends, as cancelled, with the tokens that it has. Repeated until the end comes.</summary>
/// <param name="Session">The session.</param>
/// <param name="Choice">The choice.</param>
/// <param name="Count">Tokens that the client has: a session that lost some of them generates them again first.</param>
internal sealed record StopChoice(int Session, int Choice, int Count) : ControlMessage;

/// <summary>Session to router: generate, after the tokens that are committed already. Repeated until the end is committed.</summary>
internal sealed record SubmitSequences(int Session, GenerationRequest Request, ChoiceLog[] Committed) : ControlMessage
{
    /// <summary>Whether nobody was asked before: the request may be refused for lack of room.</summary>
    public bool First { get; init; }
}

/// <summary>Router to session: a log's tokens from an index on.</summary>
internal sealed record CommitTokens(int Session, int Choice, int Index, int[] Tokens, FinishReason Finish) : ControlMessage
{
    /// <summary>As many as tokens, or none.</summary>
    public TokenMeasure[] Measures { get; init; } = [];

    public int CachedPromptTokens { get; init; }

    /// <summary>With <see cref="FinishReason.Error"/>, what it was.</summary>
    public InferenceException? Error { get; init; }

    /// <summary>Which activation sends: a session may have gone to another pipeline meanwhile.</summary>
    public int Router { get; init; }
}

/// <summary>Session to router: a log is committed up to this index, and its end if it has one. A choice that the session has ended is not to be generated further.</summary>
internal sealed record TokensCommitted(int Session, int Choice, int Count, FinishReason Finish) : ControlMessage;

/// <summary>Session to router: stop generating.</summary>
internal sealed record CancelSequences(int Session) : ControlMessage;

/// <summary>Router to session: it has stopped, nothing is held for it.</summary>
/// <param name="Session">The session.</param>
/// <param name="Router">Who says so.</param>
internal sealed record SequencesCancelled(int Session, int Router) : ControlMessage;
