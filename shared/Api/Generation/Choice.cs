using OrleansInference.Engine.Requests;
using OrleansInference.Models;
using OrleansInference.Text.Streaming;

namespace OrleansInference.Api.Generation;

/// <summary>Choice in progress: its text, and the log-probabilities that wait for their text.</summary>
internal sealed class Choice(int index, PreparedPrompt prompt, IReadOnlyList<ScoredToken> promptScores)
{
    private readonly TextStream _text = new(prompt.Tokenizer, prompt.Text);
    private readonly List<ScoredToken> _waiting = [];
    private readonly List<ScoredToken> _released = [];
    private readonly bool _scored = prompt.Request.Sampling.LogProbs is not null;

    /// <summary>Index of the choice in the answer.</summary>
    public int Index => index;

    public string? Echo => prompt.Echo;

    /// <summary>Tokens of the prompt with their log-probabilities, if requested; complete once the first update arrives.</summary>
    public IReadOnlyList<ScoredToken> PromptScores => promptScores;

    public int Tokens => prompt.EchoOnly ? 0 : _text.Tokens;

    public int ReasoningTokens => _text.ReasoningTokens;

    public FinishReason Finish { get; private set; }

    /// <summary>Time of the choice's last token, for the latency between tokens.</summary>
    public long LastTokenAt { get; set; }

    /// <summary>Applies an event of this choice. The result's log-probabilities are valid until the next call.</summary>
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

    /// <summary>Releases the text that waited for further tokens, because an error ends the choice. The result's log-probabilities are valid until the next call.</summary>
    public ChoiceUpdate Rest()
    {
        _released.Clear();
        TextDelta rest = prompt.EchoOnly ? default : _text.Flush();
        Release(rest.Reasoning, rest.Content, cut: false);
        return new ChoiceUpdate(this, rest.Reasoning ?? string.Empty, rest.Content ?? string.Empty, false);
    }

    /// <summary>Tokens whose text the last update released.</summary>
    public List<ScoredToken> Released => _released;

    /// <summary>Releases the waiting tokens. After a stop string only the tokens of the released text are reported.</summary>
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

/// <summary>Change of a choice.</summary>
/// <param name="Choice">The choice in its state after the update.</param>
/// <param name="Reasoning">Added reasoning text; it precedes <paramref name="Content"/>.</param>
/// <param name="Content">Added answer text.</param>
/// <param name="Stopped">Whether a stop string was found.</param>
internal readonly record struct ChoiceUpdate(Choice Choice, string Reasoning, string Content, bool Stopped)
{
    public bool IsEmpty => Reasoning.Length == 0 && Content.Length == 0 && Choice.Finish is FinishReason.None;
}

/// <summary>Receiver of the updates of a request's choices.</summary>
internal interface IChoiceSink
{
    ValueTask WriteAsync(ChoiceUpdate update, CancellationToken cancellationToken);
}
