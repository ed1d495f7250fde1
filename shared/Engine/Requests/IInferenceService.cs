using OrleansInference.Models;

namespace OrleansInference.Engine.Requests;

/// <summary>The one door to inference: HTTP, gRPC and the command line come through it, one process or a cluster stands behind it.</summary>
public interface IInferenceService : IAsyncDisposable
{
    ServedModel Model { get; }

    ServiceStatus Status { get; }

    /// <summary>Takes a request into the queue.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.ContextTooLong"/>, <see cref="ErrorCode.Overloaded"/> with the wait to expect, or <see cref="ErrorCode.Unavailable"/>.</exception>
    ValueTask<IGeneration> StartAsync(GenerationRequest request, CancellationToken cancellationToken);
}

/// <summary>A request under way. Disposing it abandons the request: its work stops at the next step.</summary>
public interface IGeneration : IAsyncDisposable
{
    /// <summary>Committed tokens of all choices, in the order of commitment; ends after every choice has finished. Can be read once.</summary>
    IAsyncEnumerable<TokenEvent> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Ends one choice at the next step, because the gateway found a stop string in its text. No event follows for it.</summary>
    void Stop(int choice);

    /// <summary>Prompt tokens whose pages were found in the prefix cache; known once the first token arrives.</summary>
    int CachedPromptTokens { get; }
}
