using OrleansInference.Engine;

namespace OrleansInference.Api.Requests;

/// <summary>Logs refused request bodies: too large, too deep, or not JSON. A client that repeats them causes one line per minute.</summary>
internal sealed partial class RefusedBodies(TimeProvider time, ILogger<RefusedBodies> logger)
{
    private readonly RareEvents<string> _clients = new(time);

    public void Report(HttpContext context, string reason)
    {
        string client = context.Connection.RemoteIpAddress?.ToString() ?? "an unknown address";
        if (_clients.Admits(client))
        {
            Refused(client, context.TraceIdentifier, reason.ReplaceLineEndings(" "));
        }
    }

    [LoggerMessage(LogLevel.Warning, "A request body from {Client} was refused (request {RequestId}): {Reason} Further ones from this address are not logged for a minute.")]
    private partial void Refused(string client, string requestId, string reason);
}
