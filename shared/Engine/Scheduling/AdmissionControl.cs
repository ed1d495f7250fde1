using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Engine.Scheduling;

/// <summary>
/// The limit of the queue: admits a request, or refuses it immediately with the time to wait. Belongs to the router's thread. The number of waiting requests is
/// exact; the time to wait is estimated from recent admissions.
/// </summary>
public sealed class AdmissionControl(ServingOptions options)
{
    private const double Smoothing = 0.2; // smoothing factor of the moving average

    private int _requests;
    private long _tokens;
    private double _perRequest; // seconds between two requests that leave the queue while others wait
    private double _perToken; // seconds per prompt token

    /// <summary>Number of waiting requests.</summary>
    public int Waiting => _requests;

    /// <summary>Adds a request to the queue.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.Overloaded"/>, with the expected wait.</exception>
    public void Enter(GenerationRequest request)
    {
        TimeSpan wait = TimeSpan.FromSeconds((_perRequest * _requests) + (_perToken * _tokens));
        if (_requests >= options.MaxWaitingRequests)
        {
            throw Overloaded($"{_requests} requests are waiting; expected fewer than {options.MaxWaitingRequests}.", wait);
        }

        // An empty queue admits a prompt of any length. Otherwise a long prompt could never be served.
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

    /// <summary>Removes a request that has started, or has ended before it started.</summary>
    public void Leave(GenerationRequest request)
    {
        _requests--;
        _tokens -= request.Prompt.Length;
    }

    /// <summary>Updates the estimate after a request has left the queue for the steps.</summary>
    /// <param name="seconds">Seconds since the previous request left the queue, or since this one arrived if that was later.</param>
    /// <param name="perToken">Seconds per prompt token.</param>
    public void Admitted(double seconds, double perToken)
    {
        _perRequest += Smoothing * (seconds - _perRequest);
        _perToken = perToken;
    }

    private static InferenceException Overloaded(string message, TimeSpan wait)
    {
        wait = TimeSpan.FromSeconds(Math.Ceiling(Math.Max(1, wait.TotalSeconds)));
        return new InferenceException(ErrorCode.Overloaded, $"{message} Try again in {wait.TotalSeconds} s.") { RetryAfter = wait };
    }
}
