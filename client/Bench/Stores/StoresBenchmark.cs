using OrleansInference.Bench.Load;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Bench.Stores;

/// <summary>
/// Compares a node on a database with many tenants and conversations with a node on one that has only those of the requests. Requests go to both in turn, each with the key of a tenant
/// that the node has not seen.
/// </summary>
internal static class StoresBenchmark
{
    private const int WarmUp = 10;

    /// <exception cref="InferenceException">PostgreSQL is not installed, or a request failed.</exception>
    public static async Task<StoresFigures> RunAsync(StoresSettings settings, Action<string> say, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(Path.GetTempPath(), $"orleans-inference-stores-{Guid.NewGuid():N}");
        try
        {
            await using LocalPostgres postgres = await LocalPostgres.StartAsync(folder);
            int asked = (settings.Requests + WarmUp) * 2; // each with a tenant of its own
            string[] keys = [.. Enumerable.Range(0, asked).Select(StoreFill.KeyOf)];
            await using StoreNode small = await StoreNode.StartAsync(postgres.ConnectionString, "small", asked, asked, keys, settings.Model, cancellationToken);
            say($"Filling a database with {settings.Tenants} tenants and {settings.Conversations} conversations.");
            long since = Stopwatch.GetTimestamp();
            await using StoreNode large = await StoreNode.StartAsync(
                postgres.ConnectionString, "large", Math.Max(asked, settings.Tenants), Math.Max(asked, settings.Conversations), keys, settings.Model, cancellationToken);
            say($"Filled, and a node started on it, in {Stopwatch.GetElapsedTime(since).TotalSeconds:0} s.");
            double[] resident = [await small.ResidentAsync(cancellationToken), await large.ResidentAsync(cancellationToken)];
            FirstTokenFigures chat = await CompareAsync("/v1/chat/completions", Chat, 0);
            FirstTokenFigures continued = await CompareAsync("/v1/responses", Continuation, settings.Requests + WarmUp);
            return new StoresFigures(
                Math.Max(asked, settings.Tenants), Math.Max(asked, settings.Conversations), settings.Requests, chat, continued, small.StartTime.TotalSeconds, large.StartTime.TotalSeconds, resident[0], resident[1]);

            async Task<FirstTokenFigures> CompareAsync(string path, Func<int, JsonObject> body, int firstTenant)
            {
                List<double>[] times = [[], []];
                for (int number = 0; number < settings.Requests + WarmUp; number++)
                {
                    int tenant = firstTenant + number;
                    foreach (int place in number % 2 == 0 ? (int[])[0, 1] : [1, 0])
                    {
                        double time = await (place == 0 ? small : large).FirstTokenAsync(path, body(tenant), keys[tenant], cancellationToken);
                        if (number >= WarmUp)
                        {
                            times[place].Add(time);
                        }
                    }
                }

                return new FirstTokenFigures(LatencyFigures.Of(times[0]), LatencyFigures.Of(times[1]));
            }
        }
        finally
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static JsonObject Chat(int tenant) => new()
    {
        ["model"] = "demo",
        ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = $"What is {tenant} + 1?" }),
        ["max_tokens"] = 4,
        ["stream"] = true,
        ["ignore_eos"] = true,
    };

    private static JsonObject Continuation(int tenant) => new()
    {
        ["model"] = "demo",
        ["input"] = $"And {tenant} + 2?",
        ["conversation"] = StoreFill.ConversationId(tenant),
        ["max_output_tokens"] = 4,
        ["stream"] = true,
        ["ignore_eos"] = true,
    };
}

/// <summary>Settings of <c>bench stores</c>.</summary>
/// <param name="Model">Folder of the checkpoint, which the nodes serve as <c>demo</c>.</param>
/// <param name="Tenants">Number of tenants.</param>
/// <param name="Conversations">Number of stored conversations.</param>
/// <param name="Requests">Number of requests of each kind to each node.</param>
internal sealed record StoresSettings(string Model, int Tenants, int Conversations, int Requests);

/// <summary>Time to the first token of a node on a small store and on a large one, in milliseconds.</summary>
internal sealed record FirstTokenFigures(LatencyFigures Small, LatencyFigures Large)
{
    /// <summary>Difference of the medians.</summary>
    public double Difference => Math.Round((Large.P50 - Small.P50) ?? 0, 2);
}

/// <summary>Result of <c>bench stores</c>.</summary>
/// <param name="Tenants">Number of tenants of the large store, each with a key.</param>
/// <param name="Conversations">Number of its conversations.</param>
/// <param name="Requests">Number of requests of each kind to each node.</param>
/// <param name="Chat">Chats with a key.</param>
/// <param name="Continued">Responses that continue a stored conversation, with a key.</param>
/// <param name="SmallStartSeconds">Time until the node on the small store served.</param>
/// <param name="LargeStartSeconds">Time until the node on the large store served.</param>
/// <param name="SmallMegabytes">Resident memory of the node on the small store after its start.</param>
/// <param name="LargeMegabytes">Resident memory of the node on the large store after its start.</param>
internal sealed record StoresFigures(
    int Tenants, int Conversations, int Requests, FirstTokenFigures Chat, FirstTokenFigures Continued, double SmallStartSeconds, double LargeStartSeconds, double SmallMegabytes, double LargeMegabytes);
