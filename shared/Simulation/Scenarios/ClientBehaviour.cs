using OrleansInference.Cluster.Session;
using OrleansInference.Simulation.Kernel;

namespace OrleansInference.Simulation.Scenarios;

/// <summary>
/// Behaviour of clients in addition to receiving tokens: log-probabilities, including the prompt's, choices that they end, leaving and returning, more requests
/// than there is room for, and requests that fail half-way. It changes nothing else of a scenario.
/// </summary>
internal static class ClientBehaviour
{
    public static Scenario Add(Scenario scenario, SeededRandom random)
    {
        SeededRandom shape = random.Split("shape");
        return scenario with
        {
            Serving = shape.Chance(0.1) ? scenario.Serving with { MaxWaitingRequests = shape.Between(1, 3) } : scenario.Serving,
            Sessions = shape.Chance(0.4) ? new SessionOptions { ResumeWithin = TimeSpan.FromMilliseconds(shape.Between(300, 1500)) } : scenario.Sessions,
            Requests = [.. scenario.Requests.Select(planned => Add(planned, random.Split((ulong)planned.Number)))],
        };
    }

    private static PlannedRequest Add(PlannedRequest planned, SeededRandom draw)
    {
        GenerationRequest request = planned.Request with { PromptLogProbs = draw.Chance(0.12) };
        SamplingParameters sampling = request.Sampling;
        sampling = draw.Chance(0.2) ? sampling with { LogProbs = draw.Between(0, 3) } : sampling;
        bool fails = draw.Chance(0.04);

        // NaN once a token has been generated: the second token cannot be chosen.
        sampling = fails ? sampling with { PresencePenalty = float.NaN } : sampling;
        int stopAfter = draw.Chance(0.12) ? draw.Between(1, request.MaxTokens) : 0;
        bool leaves = draw.Chance(0.12);
        return planned with
        {
            Request = request with { Sampling = sampling },
            StopAfter = fails ? 0 : stopAfter,
            Leaves = planned.Start + TimeSpan.FromMilliseconds(draw.Between(1, 1500)),
            Away = leaves ? TimeSpan.FromMilliseconds(draw.Between(100, 2500)) : TimeSpan.Zero,
        };
    }
}
