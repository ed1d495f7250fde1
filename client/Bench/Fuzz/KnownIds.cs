namespace OrleansInference.Bench.Fuzz;

/// <summary>Ids in the answers of a run, for later requests. Each kind keeps the latest ones. Thread-safe.</summary>
internal sealed class KnownIds
{
    private const int Kept = 48;
    private const int Tries = 4; // to find an id that the same caller has seen
    private const int KeyIdLength = 12;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<(string Id, string Caller)>> _byKind = [];
    private readonly HashSet<string> _spared = ["default"];

    /// <summary>Keeps an id out of the requests, because the run itself needs what it names.</summary>
    public void Spare(string id)
    {
        lock (_lock)
        {
            _spared.Add(id);
        }
    }

    public void Add(string kind, string id, string caller)
    {
        lock (_lock)
        {
            if (_spared.Contains(id))
            {
                return;
            }

            if (!_byKind.TryGetValue(kind, out List<(string, string)>? known))
            {
                _byKind[kind] = known = [];
            }

            if (known.Count == Kept)
            {
                known.RemoveAt(0);
            }

            known.Add((id, caller));
        }
    }

    /// <summary>Adds the ids of an answer.</summary>
    public void AddAll(JsonElement answer, FuzzRequest request)
    {
        if (answer.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (answer.TryGetProperty("id", out JsonElement id) && id.ValueKind == JsonValueKind.String && KindOf(id.GetString()!) is { } kind)
        {
            Add(kind, id.GetString()!, request.Caller);
        }

        if (request.Operation.Id == "createTenant" && answer.TryGetProperty("tenant", out JsonElement tenant))
        {
            Add("tenant", tenant.GetString()!, request.Caller);
        }

        if (request.Operation.Id is "createKey" or "rotateKey" && answer.TryGetProperty("key", out JsonElement secret))
        {
            Add("secret", secret.GetString()!, request.Caller);
        }

        // An item is found only below its conversation.
        if (request.Operation.Path == "/v1/conversations/{id}/items" && answer.TryGetProperty("data", out JsonElement items))
        {
            string conversation = request.Target.Split('/', '?')[3];
            foreach (JsonElement item in items.EnumerateArray())
            {
                Add("item", $"{conversation}/items/{item.GetProperty("id").GetString()}", request.Caller);
            }
        }
    }

    /// <summary>Chooses an id of a kind, by preference one of the same caller.</summary>
    /// <returns>Null if there is none.</returns>
    public string? Choose(string kind, string caller, Random random)
    {
        lock (_lock)
        {
            if (!_byKind.TryGetValue(kind, out List<(string Id, string Caller)>? known))
            {
                return null;
            }

            (string Id, string Caller) chosen = known[random.Next(known.Count)];
            for (int i = 0; i < Tries && chosen.Caller != caller; i++)
            {
                chosen = known[random.Next(known.Count)];
            }

            return chosen.Id;
        }
    }

    private static string? KindOf(string id) => id.Split('_') switch
    {
        ["resp", ..] => "response",
        ["conv", ..] => "conversation",
        _ => id.Length == KeyIdLength && id.All(char.IsAsciiLetterOrDigit) ? "key" : null,
    };
}
