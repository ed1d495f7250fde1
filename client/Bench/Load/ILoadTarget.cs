using System.Text.Json.Nodes;

namespace OrleansInference.Bench.Load;

/// <summary>What answers requests.</summary>
internal interface ILoadTarget
{
    /// <summary>Sends a request and reads its answer to the end. What goes wrong is the answer's failure.</summary>
    /// <param name="started">When the request was meant to be sent.</param>
    Task<Answer> AskAsync(RequestShape shape, JsonNode prompt, int generate, int tenant, TimeSpan started, CancellationToken cancellationToken);
}
