using System.Diagnostics;

namespace OrleansInference.Engine.Requests;

/// <summary>
/// Token events that wait for their reader, in the order of arrival. An event takes eight bytes, in blocks that grow with the number of events, so that many slow readers need little
/// memory. Not thread-safe.
/// </summary>
/// <remarks>
/// An event is a word with the token and a word with the rest: three bits of the finish, a flag for an index, a flag for a measure, and the choice. The index follows in a third word if
/// it does not follow the index of the choice's last event. The measure is in a separate queue.
/// </remarks>
internal sealed class TokenBacklog(int choices)
{
    private const int FinishMask = 7;
    private const int IndexFlag = 1 << 3;
    private const int MeasureFlag = 1 << 4;
    private const int ChoiceShift = 8;
    private const int MaxEventWords = 3;
    private const int FirstWords = 16;
    private const int MaxWords = 1024;

    private readonly int[] _written = new int[choices]; // index after the last event that was added
    private readonly int[] _read = new int[choices]; // index after the last event that was taken
    private Queue<(float LogProb, ReadOnlyMemory<TokenLogProb> Top)>? _measures;
    private Block _first = new(FirstWords);
    private Block? _last; // null before the first event
    private int _next; // index of the next event in the first block
    private int _words = FirstWords;

    /// <summary>Number of waiting events.</summary>
    public int Count { get; private set; }

    /// <summary>Allocated bytes of the events, without their measures.</summary>
    public int Bytes => _words * sizeof(int);

    public void Add(in TokenEvent token)
    {
        Debug.Assert((int)token.Finish <= FinishMask, "A finish has three bits.");
        _last ??= _first;
        if (_last.Words.Length - _last.Used < MaxEventWords)
        {
            _last = _last.Next = new Block(Math.Min(_last.Words.Length * 2, MaxWords));
            _words += _last.Words.Length;
        }

        int head = (token.Choice << ChoiceShift) | (int)token.Finish;
        bool jumps = token.Index != _written[token.Choice];
        if (!float.IsNaN(token.LogProb) || token.Top.Length > 0)
        {
            head |= MeasureFlag;
            (_measures ??= new()).Enqueue((token.LogProb, token.Top));
        }

        Span<int> words = _last.Words.AsSpan(_last.Used);
        words[0] = token.Token;
        words[1] = jumps ? head | IndexFlag : head;
        if (jumps)
        {
            words[2] = token.Index;
        }

        _last.Used += jumps ? 3 : 2;
        _written[token.Choice] = token.Index + 1;
        Count++;
    }

    public bool TryTake(out TokenEvent token)
    {
        if (Count == 0)
        {
            token = default;
            return false;
        }

        ReadOnlySpan<int> words = _first.Words.AsSpan(_next);
        int head = words[1];
        int choice = head >>> ChoiceShift;
        bool jumps = (head & IndexFlag) != 0;
        int index = jumps ? words[2] : _read[choice];
        (float logProb, ReadOnlyMemory<TokenLogProb> top) = (head & MeasureFlag) != 0 ? _measures!.Dequeue() : (float.NaN, default);
        token = new TokenEvent(choice, index, words[0], (FinishReason)(head & FinishMask)) { LogProb = logProb, Top = top };
        _read[choice] = index + 1;
        _next += jumps ? 3 : 2;
        Count--;
        if (_next == _first.Used)
        {
            NextBlock();
        }

        return true;
    }

    /// <summary>Moves to the next block and frees this one. The last block is reused.</summary>
    private void NextBlock()
    {
        _next = 0;
        if (_first.Next is { } next)
        {
            _words -= _first.Words.Length;
            _first = next;
        }
        else
        {
            _first.Used = 0;
        }
    }

    private sealed class Block(int words)
    {
        public int[] Words { get; } = new int[words];

        public int Used { get; set; }

        public Block? Next { get; set; }
    }
}
