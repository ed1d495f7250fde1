namespace OrleansInference.Bench.Load;

/// <summary>Conversation of one stream: a long first message, then short ones, each after all earlier messages and answers. After its last turn a new one starts.</summary>
/// <param name="turns">Turns of a conversation.</param>
/// <param name="promptTokens">Tokens that the server counts in a first message; they limit the words of later ones.</param>
internal sealed class Dialogue(int turns, int promptTokens)
{
    private const int TokensOfLaterTurns = 16;

    private JsonArray _messages = [];

    /// <summary>Last turn, from 1.</summary>
    public int Turn { get; private set; }

    /// <summary>Returns the messages of the next request.</summary>
    public JsonNode Next(IPromptSource prompts, Random random)
    {
        if (Turn % turns == 0)
        {
            _messages = [];
            Turn = 0;
        }

        Turn++;
        Say("user", Turn == 1 ? prompts.Next(random) : TextPrompts.Draw(WordsOfLaterTurns(prompts), random).Next(random));
        return _messages.DeepClone();
    }

    /// <summary>Adds the answer. A failed answer ends the conversation.</summary>
    public void Take(Answer answer)
    {
        Say("assistant", answer.Text);
        Turn = answer.Failure is null ? Turn : 0;
    }

    private int WordsOfLaterTurns(IPromptSource prompts) =>
        prompts is TextPrompts text ? Math.Clamp(TokensOfLaterTurns * text.Words / promptTokens, 1, TokensOfLaterTurns) : TokensOfLaterTurns;

    private void Say(string role, JsonNode content) => _messages.Add((JsonNode)new JsonObject { ["role"] = role, ["content"] = content });
}
