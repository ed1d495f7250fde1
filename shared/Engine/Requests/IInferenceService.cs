using OrleansInference.Models;

namespace OrleansInference.Engine.Requests;

/// <summary>The entry point to inference. HTTP and the command line call it; the implementation is one process or a cluster.</summary>
public interface IInferenceService : IAsyncDisposable
{
    ServedModel Model { get; }

    ServiceStatus Status { get; }

    /// <summary>Submits a request to the queue.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.ContextTooLong"/>, <see cref="ErrorCode.Overloaded"/> with the expected wait, or <see cref="ErrorCode.Unavailable"/>.</exception>
    ValueTask<IGeneration> StartAsync(GenerationRequest request, CancellationToken cancellationToken);
}

/// <summary>A request in progress. Disposing it abandons the request: its work stops at the next step.</summary>
public interface IGeneration : IAsyncDisposable
{
    /// <summary>Reads the committed tokens of all choices, in the order of commitment. Ends after every choice has finished. Can be called once.</summary>
    IAsyncEnumerable<TokenEvent> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Ends one choice at the next step, because the gateway found a stop string in its text. No event follows for it.</summary>
    /// <param name="choice">Number of the choice.</param>
    /// <param name="tokens">Number of the choice's tokens up to the end of its text, which are those that usage counts.</param>
    void Stop(int choice, int tokens);

    /// <summary>
    /// Waits until what is counted of the request is durable, after all its tokens were read. An answer whose end the client receives only then is counted whatever becomes of the node. Ends immediately if nothing of the
    /// request outlives the process.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task ConfirmAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Number of prompt tokens whose pages were found in the prefix cache; valid after the first token has arrived.</summary>
    int CachedPromptTokens { get; }
}
