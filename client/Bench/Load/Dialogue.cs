using System.Text.Json.Nodes;

namespace OrleansInference.Bench.Load;

/// <summary>The conversation of one stream: a long first message, then short ones, each after all that was said before. After its last turn another begins.</summary>
/// <param name="turns">Turns of a conversation.</param>
/// <param name="promptTokens">Tokens that the server counts in a first message: they tell how many words later ones may have.</param>
internal sealed class Dialogue(int turns, int promptTokens)
{
    private const int TokensOfLaterTurns = 16;

    private JsonArray _messages = [];

    /// <summary>The turn that was asked last, from 1.</summary>
    public int Turn { get; private set; }

    /// <summary>Messages of the next request.</summary>
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

    /// <summary>Takes the answer. One that failed ends the conversation.</summary>
    public void Take(Answer answer)
    {
        Say("assistant", answer.Text);
        Turn = answer.Failure is null ? Turn : 0;
    }

    private int WordsOfLaterTurns(IPromptSource prompts) =>
        prompts is TextPrompts text ? Math.Clamp(TokensOfLaterTurns * text.Words / promptTokens, 1, TokensOfLaterTurns) : TokensOfLaterTurns;

    private void Say(string role, JsonNode content) => _messages.Add((JsonNode)new JsonObject { ["role"] = role, ["content"] = content });
}
