using System.Text;
using OrleansInference.Text.Tokenization;

namespace OrleansInference.Text.Streaming;

/// <summary>
/// Converts the tokens of one choice to text: whole characters, ended before (or after) a stop string, with reasoning separate from the answer. The text does
/// not depend on its division into tokens and events. Not thread-safe.
/// </summary>
public sealed class TextStream
{
    private readonly TextStreamOptions _options;
    private readonly ITokenStreamDecoder _decoder;
    private readonly StopMatcher _stops;
    private readonly int? _openTag;
    private readonly int? _closeTag;
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _reasoning = new();
    private readonly StringBuilder _content = new();
    private ReasoningSplitter _splitter;
    private bool _ended;

    public TextStream(ITokenizer tokenizer, TextStreamOptions options)
    {
        _options = options;
        _decoder = tokenizer.CreateStreamDecoder(options.SkipSpecialTokens);
        _stops = new StopMatcher(options.StopStrings);
        _splitter = new ReasoningSplitter(options.StartsInReasoning);
        if (options.ParseReasoning)
        {
            _openTag = tokenizer.TokenId(ReasoningSplitter.Open);
            _closeTag = tokenizer.TokenId(ReasoningSplitter.Close);
        }
    }

    /// <summary>Number of tokens up to the end of the text, including a stop token.</summary>
    public int Tokens { get; private set; }

    /// <summary>Number of those tokens within the reasoning, without tags.</summary>
    public int ReasoningTokens { get; private set; }

    /// <summary>Appends the next token of the choice. A token after a stop string changes nothing.</summary>
    /// <param name="token">Id of the token; a negative id, for an end without a token, changes nothing.</param>
    /// <param name="isStop">Whether the token ends the sequence.</param>
    public TextDelta Append(int token, bool isStop = false)
    {
        if (_ended || token < 0)
        {
            return default;
        }

        bool before = InReasoning();
        Tokens++;
        string? found = !isStop || _options.IncludeStopString ? Take(Decode(token), Tokens > _options.MinTokens) : null;
        bool inside = before && InReasoning();
        ReasoningTokens += inside ? 1 : 0;
        return Deliver(found, inside);
    }

    /// <summary>Ends the text and returns the held-back part. Must be called once, after the last event.</summary>
    public TextDelta Flush()
    {
        if (_ended)
        {
            return default;
        }

        string? found = Take(_decoder.Flush(), search: true);
        if (found is null)
        {
            _ended = true;
            _stops.Flush(_text);
            Split(end: true);
        }

        return Deliver(found, inside: false);
    }

    /// <summary>Handles a tag that is a special token: it decodes to no text but is still a tag.</summary>
    private string Decode(int token)
    {
        string text = _decoder.Append(token);
        string? tag = token == _openTag ? ReasoningSplitter.Open : token == _closeTag ? ReasoningSplitter.Close : null;
        return tag is null || text.EndsWith(tag, StringComparison.Ordinal) ? text : text + tag;
    }

    private string? Take(string text, bool search)
    {
        string? found = null;
        if (search)
        {
            found = _stops.Append(text, _text);
        }
        else
        {
            _text.Append(text);
        }

        if (found is not null)
        {
            _ended = true;
            _text.Append(_options.IncludeStopString ? found : string.Empty);
        }

        Split(_ended);
        return found;
    }

    private void Split(bool end)
    {
        if (!_options.ParseReasoning)
        {
            _content.Append(_text);
        }
        else
        {
            _splitter.Append(_text, _reasoning, _content);
            if (end)
            {
                _splitter.Flush(_reasoning, _content);
            }
        }

        _text.Clear();
    }

    /// <summary>End of the text so far, including a possible start of a stop string.</summary>
    private bool InReasoning()
    {
        if (!_options.ParseReasoning || _stops.Held.Length == 0)
        {
            return _options.ParseReasoning && _splitter.InReasoning;
        }

        ReasoningSplitter ahead = _splitter;
        StringBuilder ignored = new();
        ahead.Append(_stops.Held, ignored, ignored);
        return ahead.InReasoning;
    }

    private TextDelta Deliver(string? found, bool inside)
    {
        TextDelta delta = new()
        {
            Reasoning = _reasoning.ToString(),
            Content = _content.ToString(),
            Stopped = found is not null,
            StopString = found,
            IsReasoningToken = inside,
        };
        _reasoning.Clear();
        _content.Clear();
        return delta;
    }
}
