using System.Runtime.InteropServices;

namespace OrleansInference.Bench.Tenants;

/// <summary>Key of a tenant.</summary>
/// <param name="Tenant">Name of the tenant.</param>
/// <param name="Id">Id of the key.</param>
/// <param name="Text">Text of the key.</param>
internal sealed record TenantKey(string Tenant, string Id, string Text);

/// <summary>Tokens of prompts and answers that clients know, for each tenant and key. Each answer is counted once, however often it was read. Thread-safe.</summary>
internal sealed class TokenLedger
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Tenant, string Key), TokenCount> _emitted = [];

    /// <summary>Tokens of all keys.</summary>
    public long Total
    {
        get
        {
            lock (_lock)
            {
                return _emitted.Values.Sum(static count => count.Total);
            }
        }
    }

    /// <summary>Counts an answer.</summary>
    public void Add(TenantKey key, TurnTranscript answer)
    {
        lock (_lock)
        {
            ref TokenCount count = ref CollectionsMarshal.GetValueRefOrAddDefault(_emitted, (key.Tenant, key.Id), out _);
            count = new TokenCount(count.Prompt + answer.PromptTokens, count.Completion + answer.CompletionTokens);
        }
    }

    /// <summary>Compares what was emitted with what was billed.</summary>
    /// <param name="usage">Document of <c>/admin/usage</c>.</param>
    /// <returns>A line for each tenant and key whose tokens differ.</returns>
    public IReadOnlyList<string> Compare(JsonElement usage)
    {
        Dictionary<(string, string), TokenCount> billed = usage.GetProperty("data").EnumerateArray()
            .GroupBy(static row => (row.GetProperty("tenant").GetString()!, row.GetProperty("key").GetString()!))
            .ToDictionary(static rows => rows.Key, static rows => new TokenCount(rows.Sum(static row => row.GetProperty("prompt_tokens").GetInt64()), rows.Sum(static row => row.GetProperty("completion_tokens").GetInt64())));
        lock (_lock)
        {
            return
            [
                .. from key in _emitted.Keys.Union(billed.Keys).Order()
                   let emitted = _emitted.GetValueOrDefault(key)
                   let counted = billed.GetValueOrDefault(key)
                   where emitted != counted
                   select $"Tenant {key.Item1}, key {key.Item2}: {counted} were billed, but {emitted} were emitted.",
            ];
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct TokenCount(long Prompt, long Completion)
    {
        public long Total => Prompt + Completion;

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Total} tokens ({Prompt} of prompts, {Completion} of answers)");
    }
}
