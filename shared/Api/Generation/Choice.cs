using OrleansInference.Engine.Requests;
using OrleansInference.Models;
using OrleansInference.Text.Streaming;

namespace OrleansInference.Api.Generation;

/// <summary>One choice under way: its text so far and what of its log-probabilities still waits for text.</summary>
internal sealed class Choice(int index, PreparedPrompt prompt, IReadOnlyList<ScoredToken> promptScores)
{
    private readonly TextStream _text = new(prompt.Tokenizer, prompt.Text);
    private readonly List<ScoredToken> _waiting = [];
    private readonly List<ScoredToken> _released = [];
    private readonly bool _scored = prompt.Request.Sampling.LogProbs is not null;

    /// <summary>Index of the choice in the answer.</summary>
    public int Index => index;

    public string? Echo => prompt.Echo;

    /// <summary>The prompt's own tokens with their log-probabilities, when asked for; complete once the first update arrives.</summary>
    public IReadOnlyList<ScoredToken> PromptScores => promptScores;

    public int Tokens => prompt.EchoOnly ? 0 : _text.Tokens;

    public int ReasoningTokens => _text.ReasoningTokens;

    public FinishReason Finish { get; private set; }

    /// <summary>When the choice's last token came, for the latency between tokens.</summary>
    public long LastTokenAt { get; set; }

    /// <summary>Takes an event of this choice. The result's log-probabilities are valid until the next call.</summary>
    public ChoiceUpdate Take(in TokenEvent token)
    {
        if (token.Finish is FinishReason.Cancelled)
            throw new InferenceException(ErrorCode.Unavailable, "The server ended the request before its answer was complete.");
        _released.Clear();
        if (prompt.EchoOnly)
        {
            Finish = token.Finish is FinishReason.None ? FinishReason.None : FinishReason.Length;
            return new ChoiceUpdate(this, string.Empty, string.Empty, false);
        }

        TextDelta delta = _text.Append(token.Token, token.Finish is FinishReason.Stop);
        bool isText = token.Finish is not FinishReason.Stop || prompt.Text.IncludeStopString;
        if (_scored && token.Token >= 0 && isText)
            _waiting.Add(ScoredToken.From(token, delta.IsReasoningToken));
        Finish = delta.Stopped ? FinishReason.Stop : token.Finish;
        TextDelta rest = Finish is FinishReason.None ? default : _text.Flush();
        bool stopped = delta.Stopped || rest.Stopped;
        if (rest.Stopped)
            Finish = FinishReason.Stop;
        string reasoning = delta.Reasoning + rest.Reasoning;
        string content = delta.Content + rest.Content;
        if (reasoning.Length > 0 || content.Length > 0 || Finish is not FinishReason.None)
            Release(reasoning, content, stopped && !prompt.Text.IncludeStopString);
        return new ChoiceUpdate(this, reasoning, content, stopped);
    }

    /// <summary>The tokens whose text was just released.</summary>
    public List<ScoredToken> Released => _released;

    /// <summary>After a stop string only the tokens that the last text needed are reported.</summary>
    private void Release(string reasoning, string content, bool cut)
    {
        int bytes = cut ? System.Text.Encoding.UTF8.GetByteCount(reasoning) + System.Text.Encoding.UTF8.GetByteCount(content) : int.MaxValue;
        foreach (ScoredToken token in _waiting)
        {
            if (bytes <= 0)
                break;
            bytes -= cut ? prompt.Tokenizer.TokenBytes(token.Token).Length : 0;
            _released.Add(token);
        }

        _waiting.Clear();
    }
}

/// <summary>What changed in a choice.</summary>
/// <param name="Choice">The choice; its state is that after the update.</param>
/// <param name="Reasoning">Reasoning text that was added; comes before <paramref name="Content"/>.</param>
/// <param name="Content">Answer text that was added.</param>
/// <param name="Stopped">Whether a stop string was found.</param>
internal readonly record struct ChoiceUpdate(Choice Choice, string Reasoning, string Content, bool Stopped)
{
    public bool IsEmpty => Reasoning.Length == 0 && Content.Length == 0 && Choice.Finish is FinishReason.None;
}

/// <summary>Where the updates of a request's choices go.</summary>
internal interface IChoiceSink
{
    ValueTask WriteAsync(ChoiceUpdate update, CancellationToken cancellationToken);
}
