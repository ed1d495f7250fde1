using System.Text;

namespace OrleansInference.Text.Streaming;

/// <summary>
/// Separates reasoning from the answer in the text of a model like DeepSeek-R1. Reasoning is open from the start, or a <c>&lt;think&gt;</c> before any other
/// text opens it; the first <c>&lt;/think&gt;</c> closes it. Tags anywhere else are text. Newlines after the opening tag and on both sides of the closing tag
/// belong to the format and are dropped. A value type, so that a copy can look ahead.
/// </summary>
internal struct ReasoningSplitter(bool startsInReasoning)
{
    public const string Open = "<think>";
    public const string Close = "</think>";

    /// <summary>Number of characters of a tag that count as a truncated tag at the end of the text and are dropped; fewer may be text.</summary>
    private const int CutTag = 3;

    private State _state = startsInReasoning ? State.ReasoningStart : State.Start;
    private int _matched; // characters of the tag that the state waits for
    private int _newlines; // newlines before that tag, to be dropped with it

    private enum State : byte
    {
        Start,
        ReasoningStart,
        Reasoning,
        ContentStart,
        Content,
    }

    /// <summary>Whether the text so far ends within the reasoning.</summary>
    public readonly bool InReasoning => _state is State.ReasoningStart or State.Reasoning;

    /// <summary>Adds a piece of text, and appends the certain part to the reasoning or the answer.</summary>
    public void Append(StringBuilder text, StringBuilder reasoning, StringBuilder content)
    {
        foreach (ReadOnlyMemory<char> chunk in text.GetChunks())
        {
            foreach (char next in chunk.Span)
            {
                Append(next, reasoning, content);
            }
        }
    }

    /// <summary>Ends the text.</summary>
    public void Flush(StringBuilder reasoning, StringBuilder content)
    {
        StringBuilder target = InReasoning ? reasoning : content;
        target.Append('\n', _newlines);
        target.Append(_state == State.Reasoning ? Close : Open, 0, _matched < CutTag ? _matched : 0);
        _newlines = _matched = 0;
    }

    private void Append(char next, StringBuilder reasoning, StringBuilder content)
    {
        switch (_state)
        {
            case State.Start:
                AppendStart(next, content);
                break;
            case State.ReasoningStart:
                AppendReasoningStart(next, reasoning);
                break;
            case State.Reasoning:
                AppendReasoning(next, reasoning);
                break;
            case State.ContentStart when next == '\n':
                break;
            default:
                _state = State.Content;
                content.Append(next);
                break;
        }
    }

    private void AppendStart(char next, StringBuilder content)
    {
        if (Match(Open, next))
        {
            _state = _matched == Open.Length ? State.ReasoningStart : State.Start;
            (_matched, _newlines) = _state == State.Start ? (_matched, _newlines) : (0, 0);
        }
        else if (next == '\n' && _matched == 0)
        {
            _newlines++;
        }
        else
        {
            content.Append('\n', _newlines).Append(Open, 0, _matched).Append(next);
            _newlines = _matched = 0;
            _state = State.Content;
        }
    }

    private void AppendReasoningStart(char next, StringBuilder reasoning)
    {
        if (Match(Open, next))
        {
            _matched %= Open.Length;
        }
        else if (next != '\n' || _matched > 0)
        {
            int matched = _matched;
            _matched = 0;
            _state = State.Reasoning;
            for (int i = 0; i < matched; i++)
            {
                AppendReasoning(Open[i], reasoning);
            }

            AppendReasoning(next, reasoning);
        }
    }

    private void AppendReasoning(char next, StringBuilder reasoning)
    {
        if (!Match(Close, next))
        {
            if (_matched > 0 || next != '\n')
            {
                reasoning.Append('\n', _newlines).Append(Close, 0, _matched);
                _newlines = _matched = 0;
            }

            if (next == '\n')
            {
                _newlines++;
            }
            else if (!Match(Close, next))
            {
                reasoning.Append(next);
            }
        }
        else if (_matched == Close.Length)
        {
            _newlines = _matched = 0;
            _state = State.ContentStart;
        }
    }

    private bool Match(string tag, char next)
    {
        bool same = tag[_matched] == next;
        _matched += same ? 1 : 0;
        return same;
    }
}
