using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using OrleansInference.Bench.Load;

namespace OrleansInference.CliTests.Load;

/// <summary>Target that gives scripted answers, and records the requests.</summary>
internal sealed class ScriptedTarget(Func<JsonObject, string, Answer, Task<Answer>> reply) : ILoadTarget
{
    private int _underWay;
    private int _mostUnderWay;

    public ScriptedTarget(Func<JsonObject, string, Answer, Answer> reply)
        : this((body, path, answer) => Task.FromResult(reply(body, path, answer)))
    {
    }

    public ConcurrentQueue<(JsonObject Body, int Tenant, TimeSpan Started)> Requests { get; } = [];

    public int MostUnderWay => _mostUnderWay;

    public async Task<Answer> AskAsync(RequestShape shape, JsonNode prompt, int generate, int tenant, TimeSpan started, CancellationToken cancellationToken)
    {
        JsonObject body = shape.Body(prompt, generate);
        Requests.Enqueue((body, tenant, started));
        InterlockedMax(Interlocked.Increment(ref _underWay));
        try
        {
            return await reply(body, shape.Path, new Answer { Tenant = tenant, Started = started, Arrivals = [started] });
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    public static Answer Refuse(Answer answer, int status, string message) => answer with { Failure = new Failure(Refusal.KindOf(status), message) };

    private void InterlockedMax(int value)
    {
        int seen = _mostUnderWay;
        while (value > seen)
        {
            seen = Interlocked.CompareExchange(ref _mostUnderWay, value, seen);
        }
    }
}
