using System.Text;
using OrleansInference.Api.Generation;
using OrleansInference.Engine.Requests;
using OrleansInference.Text.Tokenization;

namespace OrleansInference.Api.Chat;

/// <summary>Converts the tokens' scores to OpenAI's log-probabilities of a chat.</summary>
internal sealed class ChatLogProbsBuilder(ITokenizer tokenizer)
{
    private readonly int? _open = tokenizer.TokenId("<think>");
    private readonly int? _close = tokenizer.TokenId("</think>");

    public ChatLogProbs Build(List<ScoredToken> scores)
    {
        List<TokenLogProbability> content = [];
        List<TokenLogProbability> reasoning = [];
        foreach (ScoredToken score in scores)
        {
            bool isReasoning = score.IsReasoning || score.Token == _open || score.Token == _close;
            (isReasoning ? reasoning : content).Add(Describe(score));
        }

        return new ChatLogProbs(content, reasoning.Count > 0 ? reasoning : null);
    }

    private TokenLogProbability Describe(ScoredToken score)
    {
        List<TopLogProbability> top = new(score.Top.Length);
        foreach (TokenLogProb candidate in score.Top.Span)
        {
            (string text, int[] bytes) = Spell(candidate.Token);
            top.Add(new TopLogProbability(text, ScoredToken.Finite(candidate.LogProb), bytes));
        }

        (string token, int[] own) = Spell(score.Token);
        return new TokenLogProbability(token, ScoredToken.Finite(score.LogProb), own, top);
    }

    private (string Text, int[] Bytes) Spell(int token)
    {
        ReadOnlySpan<byte> bytes = tokenizer.TokenBytes(token).Span;
        int[] numbers = new int[bytes.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            numbers[i] = bytes[i];
        }

        return (Encoding.UTF8.GetString(bytes), numbers);
    }
}
