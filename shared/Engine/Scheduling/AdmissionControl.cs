using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Engine.Scheduling;

/// <summary>
/// The bound of the queue: takes a request, or refuses it at once with the time to wait. Belongs to the router's thread. What is waiting is known exactly; how long that takes is estimated from the pace of late.
/// </summary>
internal sealed class AdmissionControl(ServingOptions options)
{
    private const double Learning = 0.2;

    private int _requests;
    private long _tokens;
    private double _perRequest; // seconds between two requests that leave the queue while others wait
    private double _perToken; // seconds that a prompt token takes

    /// <summary>Requests that wait.</summary>
    public int Waiting => _requests;

    /// <summary>Gives a request a place in the queue.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.Overloaded"/>, with the wait to expect.</exception>
    public void Enter(GenerationRequest request)
    {
        TimeSpan wait = TimeSpan.FromSeconds((_perRequest * _requests) + (_perToken * _tokens));
        if (_requests >= options.MaxWaitingRequests)
        {
            throw Overloaded($"{_requests} requests are waiting; expected fewer than {options.MaxWaitingRequests}.", wait);
        }

        // One prompt is taken whatever its length, or it could never be served.
        if (_tokens > 0 && _tokens + request.Prompt.Length > options.MaxWaitingTokens)
        {
            throw Overloaded($"{_tokens} prompt tokens are waiting; with this prompt's {request.Prompt.Length} expected at most {options.MaxWaitingTokens}.", wait);
        }

        if (request.Timeout < wait)
        {
            throw Overloaded($"The request would wait for about {wait.TotalSeconds:0.#} s; its timeout is {request.Timeout.Value.TotalSeconds:0.###} s.", wait);
        }

        _requests++;
        _tokens += request.Prompt.Length;
    }

    /// <summary>Takes a request out of the queue: it has begun, or has ended before.</summary>
    public void Leave(GenerationRequest request)
    {
        _requests--;
        _tokens -= request.Prompt.Length;
    }

    /// <summary>Takes note that a request left the queue for the steps, <paramref name="seconds"/> after the one before it.</summary>
    /// <param name="seconds">While others were waiting all the time.</param>
    /// <param name="perToken">Seconds that a prompt token takes.</param>
    public void Admitted(double seconds, double perToken)
    {
        _perRequest += Learning * (seconds - _perRequest);
        _perToken = perToken;
    }

    private static InferenceException Overloaded(string message, TimeSpan wait)
    {
        wait = TimeSpan.FromSeconds(Math.Ceiling(Math.Max(1, wait.TotalSeconds)));
        return new InferenceException(ErrorCode.Overloaded, $"{message} Try again in {wait.TotalSeconds} s.") { RetryAfter = wait };
    }
}
