using OrleansInference.Models;

namespace OrleansInference.Engine.Requests;

/// <summary>A service whose generations outlive the connection of their client, and the process that accepted the connection.</summary>
public interface IResumableInference : IInferenceService
{
    /// <summary>Resumes a generation. All its tokens are read from the first one on; tokens that were already generated are not generated again.</summary>
    /// <param name="session">Its <see cref="IResumableGeneration.Session"/>, as sent by the client.</param>
    /// <param name="request">The original request. Id, tenant and prompt prove that the session is the caller's own; all other values are those of the original request.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidRequest"/>: there is no such session; thrown here or when its tokens are read. Otherwise as
    /// <see cref="IInferenceService.StartAsync"/>.</exception>
    ValueTask<IResumableGeneration> ResumeAsync(string session, GenerationRequest request, CancellationToken cancellationToken);

    /// <summary>Reserves the <see cref="IResumableGeneration.Session"/> of a generation that has not started, so that it can be stored before.</summary>
    /// <returns>The identifier; null if generations end with this process.</returns>
    ValueTask<string?> ReserveAsync(CancellationToken cancellationToken);

    /// <summary>Starts a reserved generation, or resumes it if this or another process has started it. However often it is started, it is generated and counted once.</summary>
    /// <param name="session">Its reserved identifier.</param>
    /// <param name="request">The request, always the same one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InferenceException">As <see cref="ResumeAsync"/>.</exception>
    ValueTask<IResumableGeneration> StartAsync(string session, GenerationRequest request, CancellationToken cancellationToken);
}

/// <summary>A request in progress that another connection can resume.</summary>
public interface IResumableGeneration : IGeneration
{
    /// <summary>Identifier for <see cref="IResumableInference.ResumeAsync"/>: letters, digits, '-' and '_'.</summary>
    string Session { get; }

    /// <summary>
    /// Detaches from the request without ending it, because the client may resume it. Work continues for as long as the service waits for the client; the tokens are kept. Disposing it
    /// afterwards has no effect.
    /// </summary>
    ValueTask LeaveAsync();
}
