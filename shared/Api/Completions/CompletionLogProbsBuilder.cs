using System.Globalization;
using System.Text;
using System.Text.Unicode;
using OrleansInference.Api.Generation;
using OrleansInference.Engine.Requests;
using OrleansInference.Text.Tokenization;

namespace OrleansInference.Api.Completions;

/// <summary>Converts the tokens' scores to OpenAI's log-probabilities of a completion.</summary>
internal sealed class CompletionLogProbsBuilder(ITokenizer tokenizer, bool skipSpecialTokens)
{
    private readonly Dictionary<int, int> _offsets = [];

    /// <summary>Describes the next tokens of a choice. The offsets continue where the last call for the choice ended.</summary>
    public CompletionLogProbs Build(int choice, params ReadOnlySpan<IReadOnlyList<ScoredToken>> parts)
    {
        CompletionLogProbs result = new([], [], [], []);
        int offset = _offsets.GetValueOrDefault(choice);
        foreach (IReadOnlyList<ScoredToken> scores in parts)
        {
            foreach (ScoredToken score in scores)
            {
                result.Tokens.Add(Spell(score.Token));
                result.TextOffset.Add(offset);
                offset += Characters(score.Token);
                result.TokenLogprobs.Add(float.IsNaN(score.LogProb) ? null : ScoredToken.Finite(score.LogProb));
                result.TopLogprobs.Add(float.IsNaN(score.LogProb) ? null : Top(score));
            }
        }

        _offsets[choice] = offset;
        return result;
    }

    private Dictionary<string, float> Top(ScoredToken score)
    {
        Dictionary<string, float> top = [];
        foreach (TokenLogProb candidate in score.Top.Span)
        {
            top.TryAdd(Spell(candidate.Token), ScoredToken.Finite(candidate.LogProb));
        }

        top.TryAdd(Spell(score.Token), ScoredToken.Finite(score.LogProb));
        return top;
    }

    private string Spell(int token)
    {
        ReadOnlySpan<byte> bytes = tokenizer.TokenBytes(token).Span;
        if (Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes);
        StringBuilder spelled = new("bytes:");
        foreach (byte one in bytes)
        {
            spelled.Append(CultureInfo.InvariantCulture, $"\\x{one:x2}");
        }

        return spelled.ToString();
    }

    /// <summary>Number of characters that begin in the token: its UTF-8 bytes except the continuation bytes.</summary>
    private int Characters(int token)
    {
        if (skipSpecialTokens && tokenizer.IsSpecial(token))
            return 0;
        int count = 0;
        foreach (byte one in tokenizer.TokenBytes(token).Span)
        {
            count += (one & 0xC0) == 0x80 ? 0 : 1;
        }

        return count;
    }
}
