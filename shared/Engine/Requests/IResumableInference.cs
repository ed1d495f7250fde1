using OrleansInference.Models;

namespace OrleansInference.Engine.Requests;

/// <summary>A service whose generations outlive the connection of their client, and the process that the client came to.</summary>
public interface IResumableInference : IInferenceService
{
    /// <summary>Goes on with a generation, with all its tokens from the first on: those that were generated already are not generated again.</summary>
    /// <param name="session">Its <see cref="IResumableGeneration.Session"/>, as a client gave it.</param>
    /// <param name="request">What was asked for, again: id, tenant and prompt prove that it is the caller's own; all else is as it was the first time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidRequest"/>: there is no such session, here or once its tokens are read. Else as
    /// <see cref="IInferenceService.StartAsync"/>.</exception>
    ValueTask<IResumableGeneration> ResumeAsync(string session, GenerationRequest request, CancellationToken cancellationToken);
}

/// <summary>A request under way that another connection can take over.</summary>
public interface IResumableGeneration : IGeneration
{
    /// <summary>Its name for <see cref="IResumableInference.ResumeAsync"/>: letters, digits, '-' and '_'.</summary>
    string Session { get; }

    /// <summary>
    /// Lets go of it without ending it: the client may come back. Work goes on for as long as the service waits for that; the tokens stay. Disposing it afterwards does
    /// nothing.
    /// </summary>
    ValueTask LeaveAsync();
}
