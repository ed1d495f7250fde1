using System.Text;

namespace OrleansInference.Text.Streaming;

/// <summary>
/// Separates tool calls from the text of an answer that arrives in pieces. It knows the blocks of Qwen and Hermes, <c>&lt;tool_call&gt;{"name": …, "arguments": …}&lt;/tool_call&gt;</c>, and those
/// of DeepSeek. A block is released when it is complete; one that is malformed or cut is text. Newlines around a block belong to the format and are dropped. The result does not depend on
/// the pieces. Not thread-safe.
/// </summary>
public sealed class ToolCallSplitter
{
    private static readonly (string Open, string Close)[] Blocks = [("<tool_call>", "</tool_call>"), ("<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>")];

    private readonly StringBuilder _held = new(); // may still become a block, or newlines before one
    private int _block = -1; // block that the held text begins with; −1: none
    private bool _afterCall; // newlines that follow are dropped

    /// <summary>Adds a piece of the answer.</summary>
    /// <returns>The parts that became certain, in order.</returns>
    public IReadOnlyList<AnswerPart> Append(string text)
    {
        List<AnswerPart> parts = [];
        _held.Append(text);
        while (_block < 0 ? OpenBlock(parts) : CloseBlock(parts))
        {
        }

        return parts;
    }

    /// <summary>Ends the answer.</summary>
    /// <returns>The held-back text, if there is any.</returns>
    public IReadOnlyList<AnswerPart> Flush()
    {
        List<AnswerPart> parts = [];
        Release(parts, _held.ToString());
        _held.Clear();
        return parts;
    }

    /// <summary>Releases the text before the next block.</summary>
    /// <returns>Whether a block was found.</returns>
    private bool OpenBlock(List<AnswerPart> parts)
    {
        string held = _held.ToString();
        (int At, int Block) first = (held.Length, -1);
        for (int i = 0; i < Blocks.Length; i++)
        {
            int at = held.IndexOf(Blocks[i].Open, StringComparison.Ordinal);
            first = at >= 0 && at < first.At ? (at, i) : first;
        }

        int certain = first.Block >= 0 ? first.At : held.Length - Possible(held);
        string text = held[..certain].TrimEnd('\n');
        if (text.Length > 0)
        {
            Release(parts, text);
        }

        _block = first.Block;
        _held.Remove(0, _block >= 0 ? first.At : text.Length);
        return _block >= 0;
    }

    /// <summary>Releases the calls of the block that the held text begins with.</summary>
    /// <returns>Whether the block is complete.</returns>
    private bool CloseBlock(List<AnswerPart> parts)
    {
        string held = _held.ToString();
        (string open, string close) = Blocks[_block];
        int end = held.IndexOf(close, open.Length, StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        string inner = held[open.Length..end];
        if (ToolCallReader.Read(inner) is { Count: > 0 } calls)
        {
            parts.AddRange(calls.Select(static call => new AnswerPart(string.Empty, call)));
            _afterCall = true;
        }
        else
        {
            Release(parts, held[..(end + close.Length)]);
        }

        _block = -1;
        _held.Remove(0, end + close.Length);
        return true;
    }

    private void Release(List<AnswerPart> parts, string text)
    {
        text = _afterCall ? text.TrimStart('\n') : text;
        if (text.Length > 0)
        {
            _afterCall = false;
            parts.Add(new AnswerPart(text, null));
        }
    }

    /// <summary>Returns the length of the longest end of a text that may become the start of a block.</summary>
    private static int Possible(string text)
    {
        for (int length = Math.Min(text.Length, Blocks.Max(static block => block.Open.Length) - 1); length > 0; length--)
        {
            if (Array.Exists(Blocks, block => block.Open.Length > length && text.AsSpan(text.Length - length).SequenceEqual(block.Open.AsSpan(0, length))))
            {
                return length;
            }
        }

        return 0;
    }
}

/// <summary>Part of an answer.</summary>
/// <param name="Text">Text; empty if the part is a call.</param>
/// <param name="Call">Call of a tool; null if the part is text.</param>
public readonly record struct AnswerPart(string Text, ToolCall? Call);

/// <summary>Call of a tool by the model.</summary>
/// <param name="Name">Name of the tool.</param>
/// <param name="Arguments">Arguments: a JSON object.</param>
public sealed record ToolCall(string Name, string Arguments);
