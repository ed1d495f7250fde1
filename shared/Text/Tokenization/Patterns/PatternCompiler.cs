namespace OrleansInference.Text.Tokenization.Patterns;

/// <summary>Compiles a syntax tree to instructions; bounded repetitions of a group are unrolled.</summary>
internal sealed class PatternCompiler
{
    private const int MaxInstructions = 10_000;

    private readonly string _pattern;
    private readonly List<PatternInstruction> _program = [];

    private PatternCompiler(string pattern) => _pattern = pattern;

    public static PatternInstruction[] Compile(string pattern, PatternNode node)
    {
        var compiler = new PatternCompiler(pattern);
        compiler.Emit(node);
        compiler.Add(new PatternInstruction(PatternOperation.Match));
        return [.. compiler._program];
    }

    private void Emit(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.Characters characters:
                Add(new PatternInstruction(PatternOperation.Characters) { Set = characters.Set });
                break;
            case PatternNode.Sequence sequence:
                foreach (PatternNode item in sequence.Items)
                    Emit(item);
                break;
            case PatternNode.Alternation alternation:
                EmitAlternation(alternation);
                break;
            case PatternNode.Repeat repeat:
                EmitRepeat(repeat);
                break;
            case PatternNode.Anchor anchor:
                Add(new PatternInstruction(PatternOperation.Anchor) { Anchor = anchor.Kind });
                break;
            case PatternNode.Look look:
                EmitLook(look);
                break;
            case PatternNode.Atomic atomic:
                EmitBody(PatternOperation.AtomicBody, atomic.Body, negated: false);
                break;
        }
    }

    private void EmitAlternation(PatternNode.Alternation alternation)
    {
        var exits = new List<PatternInstruction>();
        PatternInstruction? previous = null;
        for (int i = 0; i < alternation.Branches.Count; i++)
        {
            PatternNode branch = alternation.Branches[i];
            bool isLast = i == alternation.Branches.Count - 1;
            CharacterSet? first = PatternFirstSet.Of(branch);
            if (previous is not null)
            {
                previous.Second = _program.Count;
                previous.SecondSet = isLast ? first : null;
            }
            if (!isLast)
            {
                previous = Add(new PatternInstruction(PatternOperation.Split) { Set = first, First = _program.Count + 1 });
            }
            Emit(branch);
            if (!isLast)
                exits.Add(Add(new PatternInstruction(PatternOperation.Jump)));
        }
        foreach (PatternInstruction exit in exits)
            exit.First = _program.Count;
    }

    private void EmitRepeat(PatternNode.Repeat repeat)
    {
        CharacterSet? single = SingleSet(repeat.Body);
        if (single is not null && repeat.Mode != RepeatMode.Lazy)
        {
            EmitCharacterLoop(single, repeat);
            return;
        }
        if (repeat.Maximum == int.MaxValue && PatternFirstSet.Of(repeat.Body) is null)
            throw new InferenceException(ErrorCode.InvalidTokenizer, $"The pattern '{Shorten(_pattern)}' repeats a group that can be empty without a limit; expected a group that consumes a character.", "pattern");
        if (repeat.Mode == RepeatMode.Possessive)
        {
            EmitBody(PatternOperation.AtomicBody, repeat with { Mode = RepeatMode.Greedy }, negated: false);
            return;
        }
        for (int i = 0; i < repeat.Minimum; i++)
            Emit(repeat.Body);
        if (repeat.Maximum == int.MaxValue)
        {
            int top = _program.Count;
            PatternInstruction split = EmitOptional(repeat);
            Add(new PatternInstruction(PatternOperation.Jump) { First = top });
            SetExit(split, repeat.Mode, _program.Count);
            return;
        }
        var splits = new List<PatternInstruction>();
        for (int i = repeat.Minimum; i < repeat.Maximum; i++)
            splits.Add(EmitOptional(repeat));
        foreach (PatternInstruction split in splits)
            SetExit(split, repeat.Mode, _program.Count);
    }

    private void EmitCharacterLoop(CharacterSet set, PatternNode.Repeat repeat)
    {
        PatternOperation operation = repeat.Mode == RepeatMode.Possessive ? PatternOperation.PossessiveLoop : PatternOperation.Loop;
        bool isUnbounded = repeat.Maximum == int.MaxValue;
        // An unbounded loop has a minimum of 0, so that it has one state for each position, independent of the number of earlier characters.
        for (int i = 0; isUnbounded && i < repeat.Minimum; i++)
            Add(new PatternInstruction(PatternOperation.Characters) { Set = set });
        Add(new PatternInstruction(operation) { Set = set, Minimum = isUnbounded ? 0 : repeat.Minimum, Maximum = repeat.Maximum });
    }

    private PatternInstruction EmitOptional(PatternNode.Repeat repeat)
    {
        bool isLazy = repeat.Mode == RepeatMode.Lazy;
        CharacterSet? first = PatternFirstSet.Of(repeat.Body);
        var split = new PatternInstruction(PatternOperation.Split) { Set = isLazy ? null : first, SecondSet = isLazy ? first : null };
        Add(split);
        if (isLazy)
            split.Second = _program.Count;
        else
            split.First = _program.Count;
        Emit(repeat.Body);
        return split;
    }

    private static void SetExit(PatternInstruction split, RepeatMode mode, int target)
    {
        if (mode == RepeatMode.Lazy)
            split.First = target;
        else
            split.Second = target;
    }

    private void EmitLook(PatternNode.Look look)
    {
        CharacterSet? single = SingleSet(look.Body);
        if (single is not null)
            Add(new PatternInstruction(look.Behind ? PatternOperation.LookBehind : PatternOperation.LookAhead) { Set = single, Negated = look.Negated });
        else if (look.Behind)
            throw new InferenceException(ErrorCode.InvalidTokenizer, $"The pattern '{_pattern}' looks behind at more than one character; expected one character or class.", "pattern");
        else
            EmitBody(PatternOperation.LookAheadBody, look.Body, look.Negated);
    }

    private void EmitBody(PatternOperation operation, PatternNode body, bool negated)
    {
        PatternInstruction head = Add(new PatternInstruction(operation) { Negated = negated });
        Emit(body);
        Add(new PatternInstruction(PatternOperation.Match));
        head.First = _program.Count;
    }

    private static CharacterSet? SingleSet(PatternNode node) => node switch
    {
        PatternNode.Characters characters => characters.Set,
        PatternNode.Sequence { Items: [var only] } => SingleSet(only),
        PatternNode.Alternation alternation => UnionOfSets(alternation),
        _ => null,
    };

    private static CharacterSet? UnionOfSets(PatternNode.Alternation alternation)
    {
        CharacterSet union = CharacterSet.Empty;
        foreach (PatternNode branch in alternation.Branches)
        {
            if (SingleSet(branch) is not { } set)
                return null;
            union = union.Union(set);
        }
        return union;
    }

    private PatternInstruction Add(PatternInstruction instruction)
    {
        if (_program.Count >= MaxInstructions)
            throw new InferenceException(ErrorCode.InvalidTokenizer, $"The pattern '{Shorten(_pattern)}' compiles to more than {MaxInstructions} instructions; expected fewer repetitions.", "pattern");
        _program.Add(instruction);
        return instruction;
    }

    private static string Shorten(string pattern) => pattern.Length <= 200 ? pattern : pattern[..200] + "…";
}
