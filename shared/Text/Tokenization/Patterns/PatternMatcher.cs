using System.Text;

namespace OrleansInference.Text.Tokenization.Patterns;

/// <summary>
/// Runs a program over one text by backtracking, as the reference does. Once the work exceeds a multiple of the text's length, the matcher records the tried
/// states (instruction, position): a failed state fails again, so the whole search stays linear.
/// </summary>
internal ref struct PatternMatcher
{
    private const int NoMatch = -1;
    private const int Restart = -2;
    private const int FreeStepsPerCharacter = 64;
    private const int FreeSteps = 20_000;
    private const long MaxStepsInBodies = 512;
    private const long MaxRememberedStates = 1L << 32;

    [ThreadStatic]
    private static Backtrack[]? _sharedStack;

    private readonly ReadOnlySpan<char> _text;
    private readonly ReadOnlySpan<PatternInstruction> _program;
    private readonly CharacterSet? _first;
    private readonly long _freeSteps;
    private Backtrack[] _stack;
    private int _depth;
    private long _steps;
    private ulong[]? _tried; // [positions * instructions] bits
    private int _bodies;

    // Last scanned run of each possessive loop: the next search that starts inside it ends there too.
    private int[]? _runs;

    public PatternMatcher(ReadOnlySpan<PatternInstruction> program, CharacterSet? first, ReadOnlySpan<char> text)
    {
        _program = program;
        _first = first;
        _text = text;
        _freeSteps = FreeSteps + (long)FreeStepsPerCharacter * text.Length;
        _stack = _sharedStack ??= new Backtrack[256];
    }

    /// <summary>Finds the leftmost match that starts at <paramref name="from"/> or later.</summary>
    public bool Find(int from, out int start, out int end)
    {
        for (start = from; start <= _text.Length; start += Width(start))
        {
            if (_first is not null && (start == _text.Length || !_first.Contains(CodePoint(start))))
                continue;
            end = MatchFrom(start);
            if (end < 0)
                continue;
            Forget(end);
            return true;
        }
        end = -1;
        return false;
    }

    private int MatchFrom(int start)
    {
        while (true)
        {
            int end = Run(0, start);
            if (end != Restart)
                return end;
            long states = (_text.Length + 1L) * _program.Length;
            if (states > MaxRememberedStates)
                throw new InferenceException(ErrorCode.InvalidRequest, $"A text of {_text.Length} characters needs too many steps to split into words; expected a shorter text.", "text");
            _tried = new ulong[(states + 63) / 64];
        }
    }

    // Returns the end of the match, NoMatch, or Restart when states have to be recorded.
    private int Run(int instruction, int position)
    {
        int floor = _depth;
        while (true)
        {
            if (++_steps > _freeSteps && !CanGoOn())
            {
                _depth = floor;
                return Restart;
            }
            PatternInstruction current = _program[instruction];
            bool holds = true;
            switch (current.Operation)
            {
                case PatternOperation.Match:
                    _depth = floor;
                    return position;
                case PatternOperation.Characters:
                    holds = position < _text.Length && current.Set!.Contains(CodePoint(position));
                    if (holds)
                    {
                        position += Width(position);
                        instruction++;
                    }
                    break;
                case PatternOperation.Jump:
                    instruction = current.First;
                    break;
                case PatternOperation.Anchor:
                    holds = AnchorHolds(current.Anchor, position);
                    instruction++;
                    break;
                case PatternOperation.LookAhead:
                    holds = (position < _text.Length && current.Set!.Contains(CodePoint(position))) != current.Negated;
                    instruction++;
                    break;
                case PatternOperation.LookBehind:
                    holds = (position > 0 && current.Set!.Contains(CodePointBefore(position))) != current.Negated;
                    instruction++;
                    break;
                case PatternOperation.Split:
                    holds = !WasTried(instruction, position) && Split(current, ref instruction, position);
                    break;
                case PatternOperation.Loop:
                    holds = !WasTried(instruction, position) && Loop(current, ref instruction, ref position);
                    break;
                case PatternOperation.PossessiveLoop:
                    holds = RunOver(current, instruction, ref position);
                    instruction++;
                    break;
                case PatternOperation.LookAheadBody:
                case PatternOperation.AtomicBody:
                    _bodies++;
                    int end = Run(instruction + 1, position);
                    _bodies--;
                    if (end == Restart)
                    {
                        _depth = floor;
                        return Restart;
                    }
                    holds = end >= 0 != current.Negated;
                    if (current.Operation == PatternOperation.AtomicBody && holds)
                        position = end;
                    instruction = current.First;
                    break;
            }
            if (holds)
                continue;
            if (!Retreat(floor, ref instruction, ref position))
                return NoMatch;
        }
    }

    private readonly bool CanGoOn()
    {
        if (_tried is null)
            return false;
        // Bodies run without recorded states, since a state that succeeds in one may be tried again; their own work is bounded instead.
        if (_bodies > 0 && _steps > MaxStepsInBodies * (_text.Length + 1000L))
            throw new InferenceException(ErrorCode.InvalidRequest, $"A text of {_text.Length} characters needs too many steps to split into words; the tokenizer's pattern backtracks in a group.", "text");
        return true;
    }

    private bool Split(PatternInstruction split, ref int instruction, int position)
    {
        int next = position < _text.Length ? CodePoint(position) : -1;
        bool first = split.Set is null || next >= 0 && split.Set.Contains(next);
        bool second = split.SecondSet is null || next >= 0 && split.SecondSet.Contains(next);
        if (first && second)
            Push(new Backtrack(split.Second, position, position));
        instruction = first ? split.First : split.Second;
        return first || second;
    }

    private bool Loop(PatternInstruction loop, ref int instruction, ref int position)
    {
        if (_tried is not null && _bodies == 0 && loop.Maximum == int.MaxValue)
        {
            // One step at a time, so that every position of the run becomes a recorded state.
            if (position < _text.Length && loop.Set!.Contains(CodePoint(position)))
            {
                Push(new Backtrack(instruction + 1, position, position));
                position += Width(position);
            }
            else
            {
                instruction++;
            }
            return true;
        }
        int end = position, least = position, count = 0;
        while (count < loop.Maximum && end < _text.Length && loop.Set!.Contains(CodePoint(end)))
        {
            end += Width(end);
            if (++count <= loop.Minimum)
                least = end;
        }
        if (count < loop.Minimum)
            return false;
        _steps += end - position;
        instruction++;
        if (end > least)
            Push(new Backtrack(instruction, end, least));
        position = end;
        return true;
    }

    private bool RunOver(PatternInstruction loop, int instruction, ref int position)
    {
        bool isUnbounded = loop.Maximum == int.MaxValue;
        _runs ??= new int[2 * _program.Length];
        if (isUnbounded && position >= _runs[2 * instruction] && position < _runs[2 * instruction + 1])
        {
            position = _runs[2 * instruction + 1];
            return true;
        }
        int end = position, count = 0;
        while (count < loop.Maximum && end < _text.Length && loop.Set!.Contains(CodePoint(end)))
        {
            end += Width(end);
            count++;
        }
        if (count < loop.Minimum)
            return false;
        _runs[2 * instruction] = position;
        _runs[2 * instruction + 1] = end;
        position = end;
        return true;
    }

    private bool Retreat(int floor, ref int instruction, ref int position)
    {
        if (_depth == floor)
            return false;
        ref Backtrack top = ref _stack[_depth - 1];
        instruction = top.Instruction;
        if (top.Position == top.Least)
        {
            position = top.Position;
            _depth--;
            return true;
        }
        // A loop: give back one code point.
        position = top.Position - (char.IsLowSurrogate(_text[top.Position - 1]) ? 2 : 1);
        if (position == top.Least)
            _depth--;
        else
            top = top with { Position = position };
        return true;
    }

    private readonly bool WasTried(int instruction, int position)
    {
        if (_tried is null || _bodies > 0)
            return false;
        long state = (long)position * _program.Length + instruction;
        ulong bit = 1UL << (int)(state & 63);
        ref ulong word = ref _tried[state >> 6];
        if ((word & bit) != 0)
            return true;
        word |= bit;
        return false;
    }

    // The states at the end of a match may have led to it; the next search starts there and must try them again.
    private readonly void Forget(int position)
    {
        if (_tried is null)
            return;
        long state = (long)position * _program.Length;
        for (long end = state + _program.Length; state < end; state++)
            _tried[state >> 6] &= ~(1UL << (int)(state & 63));
    }

    private readonly bool AnchorHolds(AnchorKind kind, int position) => kind switch
    {
        AnchorKind.TextStart => position == 0,
        AnchorKind.TextEnd => position == _text.Length,
        AnchorKind.TextEndOrFinalNewline => position == _text.Length || position == _text.Length - 1 && _text[position] == '\n',
        AnchorKind.LineStart => position == 0 || _text[position - 1] == '\n' && position < _text.Length,
        AnchorKind.LineEnd => position == _text.Length || _text[position] == '\n',
        _ => IsWordBoundary(position) == (kind == AnchorKind.WordBoundary),
    };

    private readonly bool IsWordBoundary(int position) =>
        (position > 0 && UnicodeSets.Word.Contains(CodePointBefore(position))) != (position < _text.Length && UnicodeSets.Word.Contains(CodePoint(position)));

    private void Push(Backtrack entry)
    {
        if (_depth == _stack.Length)
        {
            Array.Resize(ref _stack, 2 * _stack.Length);
            if (_stack.Length <= 1 << 16)
                _sharedStack = _stack;
        }
        _stack[_depth++] = entry;
    }

    private readonly int Width(int position) => position < _text.Length && char.IsHighSurrogate(_text[position]) ? 2 : 1;

    private readonly int CodePoint(int position)
    {
        char c = _text[position];
        return char.IsHighSurrogate(c) ? char.ConvertToUtf32(c, _text[position + 1]) : c;
    }

    private readonly int CodePointBefore(int position)
    {
        char c = _text[position - 1];
        return char.IsLowSurrogate(c) ? char.ConvertToUtf32(_text[position - 2], c) : c;
    }

    private readonly record struct Backtrack(int Instruction, int Position, int Least);
}
