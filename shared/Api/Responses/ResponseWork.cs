using OrleansInference.Engine.Requests;

namespace OrleansInference.Api.Responses;

/// <summary>Everything that determines the output of a response. A response that lost its nodes is generated again from it.</summary>
/// <param name="Request">Prompt, sampling parameters and seed.</param>
/// <param name="StartsInReasoning">Whether the prompt opens the reasoning.</param>
/// <param name="ParsesCalls">Whether the output may have calls of functions.</param>
internal sealed record ResponseWork(GenerationRequest Request, bool StartsInReasoning, bool ParsesCalls);

/// <summary>What is stored of a response that has ended, in addition to its items.</summary>
/// <param name="Pieces">Pieces of the output, from which the events of a stream follow.</param>
/// <param name="Usage">Used tokens; null if the response was cancelled.</param>
/// <param name="Error">Error that ended it; null if none did.</param>
/// <param name="CompletedAt">Unix time in seconds; null unless completed.</param>
internal sealed record ResponseResult(string[][] Pieces, ResponseUsage? Usage, ResponseError? Error, long? CompletedAt);
