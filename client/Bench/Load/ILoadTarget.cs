using System.Text.Json.Nodes;

namespace OrleansInference.Bench.Load;

/// <summary>Target that answers requests.</summary>
internal interface ILoadTarget
{
    /// <summary>Sends a request and reads its answer to the end. An error becomes the failure of the answer.</summary>
    /// <param name="started">Scheduled time of the request.</param>
    Task<Answer> AskAsync(RequestShape shape, JsonNode prompt, int generate, int tenant, TimeSpan started, CancellationToken cancellationToken);
}
