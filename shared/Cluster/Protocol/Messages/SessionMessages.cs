using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Protocol.Messages;

// A "log" belongs to a choice or, with the number after the last choice, to the prompt: see TokenLog.

/// <summary>Gateway to session: start if you have not, and stream from these indices on. Repeated while the stream lasts.</summary>
/// <param name="Gateway">Number of the gateway.</param>
/// <param name="Stream">Number of the stream at the gateway.</param>
/// <param name="Session">Number of the session.</param>
/// <param name="Request">Request of the client.</param>
/// <param name="From">Index of the first token that the client does not have, for each log.</param>
public sealed record AttachStream(int Gateway, int Stream, int Session, GenerationRequest Request, int[] From) : ControlMessage;

/// <summary>Session to gateway: tokens of a log from an index on. Repeated until an <see cref="AttachStream"/> acknowledges them.</summary>
public sealed record StreamTokens(int Stream, int Choice, int Index, int[] Tokens, FinishReason Finish) : ControlMessage
{
    /// <summary>One for each token, or none.</summary>
    public TokenMeasure[] Measures { get; init; } = [];

    public int CachedPromptTokens { get; init; }

    /// <summary>Error, with <see cref="FinishReason.Error"/>.</summary>
    public InferenceException? Error { get; init; }
}

/// <summary>Gateway to session: the client disconnected, or has received everything.</summary>
internal sealed record DetachStream(int Session, int Gateway, int Stream, bool Cancel) : ControlMessage
{
    /// <summary>For each choice the number of tokens that the answer used, or −1 for all; empty if it used all.</summary>
    public int[] Used { get; init; } = [];
}

/// <summary>Session to gateway: acknowledges <see cref="DetachStream"/>.</summary>
public sealed record StreamDetached(int Stream) : ControlMessage;

/// <summary>Gateway to session: a stop string was found in a choice's text. The choice ends as cancelled, with its present tokens. Repeated until the end arrives.</summary>
/// <param name="Session">Number of the session.</param>
/// <param name="Choice">Number of the choice.</param>
/// <param name="Count">Number of tokens that the client has: a session that lost some of them first generates them again.</param>
internal sealed record StopChoice(int Session, int Choice, int Count) : ControlMessage;

/// <summary>Session to router: generate, after the committed tokens. Repeated until the end is committed.</summary>
public sealed record SubmitSequences(int Session, GenerationRequest Request, ChoiceLog[] Committed) : ControlMessage
{
    /// <summary>Whether this is the first submission: the router may refuse the request if it is overloaded.</summary>
    public bool First { get; init; }
}

/// <summary>Router to session: tokens of a log from an index on.</summary>
public sealed record CommitTokens(int Session, int Choice, int Index, int[] Tokens, FinishReason Finish) : ControlMessage
{
    /// <summary>One for each token, or none.</summary>
    public TokenMeasure[] Measures { get; init; } = [];

    public int CachedPromptTokens { get; init; }

    /// <summary>Error, with <see cref="FinishReason.Error"/>.</summary>
    public InferenceException? Error { get; init; }

    /// <summary>Activation of the sending router: the session may have changed its pipeline meanwhile.</summary>
    public int Router { get; init; }
}

/// <summary>Session to router: a log is committed up to this index, including its end if it has one. The router generates no more tokens of a choice that the session has ended.</summary>
public sealed record TokensCommitted(int Session, int Choice, int Count, FinishReason Finish) : ControlMessage;

/// <summary>Session to router: stop generation.</summary>
public sealed record CancelSequences(int Session) : ControlMessage;

/// <summary>Router to session: generation has stopped, and the router holds nothing for the session.</summary>
/// <param name="Session">Number of the session.</param>
/// <param name="Router">Sending router.</param>
internal sealed record SequencesCancelled(int Session, int Router) : ControlMessage;
