namespace OrleansInference.Bench.Tenants;

/// <summary>What continues a conversation from one turn to the next.</summary>
internal enum ConversationKind
{
    /// <summary>Responses with <c>conversation</c>.</summary>
    Conversation,

    /// <summary>Responses with <c>previous_response_id</c>.</summary>
    PreviousResponse,

    /// <summary>Chat completions, with all messages in each request.</summary>
    Chat,

    /// <summary>Completions, with the whole text in each request.</summary>
    Completion,
}

/// <summary>Repeatable conversation: its number determines its kind, the prompts, the sampling and the seeds, and thereby its transcript.</summary>
/// <param name="Number">Number of the script.</param>
/// <param name="Model">Name of the model.</param>
/// <param name="Tokens">Tokens of an answer, at most.</param>
internal sealed record ConversationScript(int Number, string Model, int Tokens)
{
    private const int Kinds = 4;

    public ConversationKind Kind => (ConversationKind)(Number % Kinds);

    /// <summary>Whether responses are generated in the background. Their clients know the id before the first token.</summary>
    private bool Background => Number / Kinds % 2 == 0;

    /// <summary>Returns what the user says in a turn.</summary>
    public string Prompt(int turn) => string.Create(CultureInfo.InvariantCulture, $"Turn {turn} of {Number}: add {Number + 3} and {turn * 7}, then count from {Number} to {Number + 5}.");

    /// <summary>Creates the request for a response.</summary>
    /// <param name="turn">Number of the turn.</param>
    /// <param name="conversation">Conversation to continue; null for none.</param>
    /// <param name="previous">Response to continue; null for none.</param>
    public JsonObject Response(int turn, string? conversation, string? previous) => With(turn, "max_output_tokens", new JsonObject
    {
        ["input"] = Prompt(turn),
        ["conversation"] = conversation,
        ["previous_response_id"] = previous,
        ["background"] = Background,
    });

    /// <summary>Creates the request for a chat completion.</summary>
    /// <param name="turn">Number of the turn.</param>
    /// <param name="answers">Answers of the earlier turns.</param>
    public JsonObject Chat(int turn, IReadOnlyList<string> answers)
    {
        JsonArray messages = [];
        for (int i = 0; i <= turn; i++)
        {
            messages.Add((JsonNode)new JsonObject { ["role"] = "user", ["content"] = Prompt(i) });
            if (i < turn)
            {
                messages.Add((JsonNode)new JsonObject { ["role"] = "assistant", ["content"] = answers[i] });
            }
        }

        return With(turn, "max_tokens", new JsonObject { ["messages"] = messages, ["stream_options"] = new JsonObject { ["include_usage"] = true } });
    }

    /// <summary>Creates the request for a completion.</summary>
    /// <param name="turn">Number of the turn.</param>
    /// <param name="answers">Answers of the earlier turns.</param>
    public JsonObject Completion(int turn, IReadOnlyList<string> answers) => With(turn, "max_tokens", new JsonObject
    {
        ["prompt"] = string.Join('\n', [.. answers.Select((answer, earlier) => $"{Prompt(earlier)}{answer}"), Prompt(turn)]),
        ["stream_options"] = new JsonObject { ["include_usage"] = true },
    });

    // One in three is greedy. One in two has all its tokens, so that its stream is long; the others end as the model wants.
    private JsonObject With(int turn, string limit, JsonObject body)
    {
        body["model"] = Model;
        body["stream"] = true;
        body["seed"] = (Number * 100) + turn;
        body["temperature"] = Number % 3 * 0.5;
        body["top_p"] = Number % 2 == 0 ? 1.0 : 0.9;
        body["ignore_eos"] = (Number / Kinds + turn) % 2 == 0;
        body[limit] = Tokens;
        return body;
    }
}
