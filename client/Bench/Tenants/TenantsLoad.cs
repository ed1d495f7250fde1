namespace OrleansInference.Bench.Tenants;

/// <summary>Constant load of conversations. Each worker holds one conversation after the other, and compares each answer with the recorded one.</summary>
/// <param name="settings">Settings of the load.</param>
/// <param name="urls">Addresses of the nodes.</param>
/// <param name="keys">Keys of the tenants, which the conversations use in turn.</param>
/// <param name="gate">Gate for new requests.</param>
/// <param name="say">Receives a line for each difference and failure.</param>
internal sealed class TenantsLoad(TenantsSettings settings, IReadOnlyList<string> urls, TenantKey[] keys, KillGate gate, Action<string> say)
{
    private readonly TurnTranscript[][] _recorded = new TurnTranscript[settings.Scripts][];
    private readonly Lock _lock = new(); // guards the following fields
    private TenantsReport _counts = new();
    private volatile bool _stopping;

    /// <summary>Tokens that the clients know.</summary>
    public TokenLedger Ledger { get; } = new();

    /// <summary>Counts of the load so far.</summary>
    public TenantsReport Counts
    {
        get
        {
            lock (_lock)
            {
                return _counts;
            }
        }
    }

    /// <summary>Records the undisturbed transcript of each script.</summary>
    public Task RecordAsync(CancellationToken cancellationToken) => Parallel.ForAsync(
        0, settings.Scripts, new ParallelOptions { MaxDegreeOfParallelism = Math.Min(settings.Conversations, settings.Scripts), CancellationToken = cancellationToken }, async (number, cancel) =>
        {
            DisturbedClient client = new(urls, gate, dropPercent: 0, new Random(number));
            TurnTranscript[]? recorded = await HoldAsync(client, number, keys[number % keys.Length], static (_, _) => { }, cancel);
            _recorded[number] = recorded ?? throw new InferenceException(ErrorCode.Unavailable, $"A connection broke while conversation {number} was recorded.");
        });

    /// <summary>Holds conversations until <see cref="Stop"/>.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, settings.Conversations).Select(worker => RunAsync(worker, cancellationToken)));

    /// <summary>Starts no further conversations; open ones continue to their end.</summary>
    public void Stop() => _stopping = true;

    private async Task RunAsync(int worker, CancellationToken cancellationToken)
    {
        Random random = new(HashCode.Combine(settings.Seed, worker));
        for (int round = 0; !_stopping; round++)
        {
            int number = (worker + (round * 7)) % settings.Scripts;
            TenantKey key = keys[(worker + round) % keys.Length];
            DisturbedClient client = new(urls, gate, settings.DropPercent, random);
            try
            {
                bool complete = await HoldAsync(client, number, key, (turn, answer) => Compare(number, turn, answer), cancellationToken) is not null;
                Count(counts => complete ? counts with { Conversations = counts.Conversations + 1 } : counts with { Unanswered = counts.Unanswered + 1 });
            }
            catch (InferenceException error)
            {
                Count(static counts => counts with { Failed = counts.Failed + 1 });
                say($"Conversation {number} of tenant {key.Tenant} failed: {error.Message}");
            }

            Count(counts => counts with { ConnectionKills = counts.ConnectionKills + client.Drops, Resumed = counts.Resumed + client.Resumed });
        }
    }

    /// <summary>Holds a conversation.</summary>
    /// <returns>Its answers; null if a request was lost before its client knew the id. The conversation then cannot continue, because it may have the turn or not.</returns>
    private async Task<TurnTranscript[]?> HoldAsync(DisturbedClient client, int number, TenantKey key, Action<int, TurnTranscript> answered, CancellationToken cancellationToken)
    {
        ConversationScript script = new(number, settings.Model, settings.GenerateTokens);
        string? previous = null, conversation = script.Kind == ConversationKind.Conversation
            ? (await client.PostAsync("/v1/conversations", key.Text, cancellationToken)).GetProperty("id").GetString()
            : null;
        List<TurnTranscript> turns = [];
        for (int turn = 0; turn < settings.Turns; turn++)
        {
            string[] answers = [.. turns.Select(static earlier => earlier.Text)];
            StreamedAnswer answer = script.Kind switch
            {
                ConversationKind.Chat => new CompletionAnswer("/v1/chat/completions", script.Chat(turn, answers)),
                ConversationKind.Completion => new CompletionAnswer("/v1/completions", script.Completion(turn, answers)),
                _ => new ResponseAnswer(script.Response(turn, conversation, previous)),
            };
            if (!await client.ReadAsync(answer, key.Text, cancellationToken))
            {
                return null;
            }

            TurnTranscript transcript = answer.Complete();
            Ledger.Add(key, transcript);
            answered(turn, transcript);
            turns.Add(transcript);
            previous = script.Kind == ConversationKind.PreviousResponse ? ((ResponseAnswer)answer).Id : null;
        }

        return [.. turns];
    }

    private void Compare(int number, int turn, TurnTranscript answer)
    {
        TurnTranscript expected = _recorded[number][turn];
        Count(counts => counts with { Answers = counts.Answers + 1, Different = counts.Different + (answer == expected ? 0 : 1) });
        if (answer != expected)
        {
            say($"Conversation {number}, turn {turn}: {answer} instead of {expected}");
        }
    }

    private void Count(Func<TenantsReport, TenantsReport> change)
    {
        lock (_lock)
        {
            _counts = change(_counts);
        }
    }
}
