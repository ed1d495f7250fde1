using System.Buffers;
using System.Text;
using OrleansInference.Text.Tokenization.Patterns;

namespace OrleansInference.Text.Tokenization.PreTokenizers;

/// <summary>One step that splits or rewrites the pieces of a text. Immutable.</summary>
internal abstract class PreTokenizer
{
    public abstract PieceList Process(PieceList input);
}

/// <summary>Applies pre-tokenizers one after another.</summary>
internal sealed class SequencePreTokenizer(IReadOnlyList<PreTokenizer> steps) : PreTokenizer
{
    public override PieceList Process(PieceList input)
    {
        foreach (PreTokenizer step in steps)
            input = step.Process(input);
        return input;
    }
}

/// <summary>Splits pieces at the matches of a pattern.</summary>
internal sealed class SplitPreTokenizer(ITextPattern pattern, SplitBehavior behavior, bool invert) : PreTokenizer
{
    public static SplitPreTokenizer Whitespace { get; } = new(RegularPattern.Parse(@"[\w\u200C\u200D]+|[^\w\s\u200C\u200D]+"), SplitBehavior.Removed, invert: true);

    public static SplitPreTokenizer WhitespaceSplit { get; } = new(new SetPattern(UnicodeSets.Space), SplitBehavior.Removed, invert: false);

    public static SplitPreTokenizer Digits(bool individual) =>
        new(new SetPattern(UnicodeSets.Number), individual ? SplitBehavior.Isolated : SplitBehavior.Contiguous, invert: false);

    public static SplitPreTokenizer Punctuation(SplitBehavior behavior) => new(new SetPattern(UnicodeSets.Punctuation.Union(UnicodeSets.AsciiPunctuation)), behavior, invert: false);

    public override PieceList Process(PieceList input)
    {
        var output = new List<TextPiece>(input.Pieces.Count + 16);
        var matches = new List<PatternMatch>();
        foreach (TextPiece piece in input.Pieces)
        {
            matches.Clear();
            pattern.FindMatches(input.Span(piece), matches);
            Splitting.Apply(behavior, invert, matches);
            foreach (PatternMatch match in matches)
            {
                if (match.Length > 0)
                    output.Add(new TextPiece(piece.Start + match.Start, match.Length, piece.IsAtOrigin && match.Start == 0));
            }
        }
        return new PieceList(input.Text, output);
    }
}

/// <summary>Converts every byte of the UTF-8 text to one printable character, after GPT-2's split if configured.</summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex) : PreTokenizer
{
    private static readonly SplitPreTokenizer Words = new(
        RegularPattern.Parse(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"), SplitBehavior.Isolated, invert: false);

    public override PieceList Process(PieceList input)
    {
        if (addPrefixSpace)
            input = PieceRewriter.Prepend(input, ' ', piece => true);
        if (useRegex)
            input = Words.Process(input);
        return Encode(input);
    }

    private static PieceList Encode(PieceList input)
    {
        int total = 0;
        foreach (TextPiece piece in input.Pieces)
            total += Encoding.UTF8.GetByteCount(input.Span(piece));
        var text = new char[total];
        var pieces = new List<TextPiece>(input.Pieces.Count);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(Math.Max(total, 1));
        int position = 0;
        foreach (TextPiece piece in input.Pieces)
        {
            int length = Encoding.UTF8.GetBytes(input.Span(piece), bytes);
            for (int i = 0; i < length; i++)
                text[position + i] = ByteLevelAlphabet.ToChar(bytes[i]);
            pieces.Add(new TextPiece(position, length, piece.IsAtOrigin));
            position += length;
        }
        ArrayPool<byte>.Shared.Return(bytes);
        return new PieceList(text, pieces);
    }
}

/// <summary>Converts spaces to a visible character, adds one before words without it, and splits before each of them.</summary>
internal sealed class MetaspacePreTokenizer(char replacement, PrependScheme scheme, bool split) : PreTokenizer
{
    private readonly SplitPreTokenizer _words = new(new LiteralPattern(replacement.ToString()), SplitBehavior.MergedWithNext, invert: false);

    public override PieceList Process(PieceList input)
    {
        char[] text = input.Text.ToArray();
        text.AsSpan().Replace(' ', replacement);
        var output = new PieceList(text, input.Pieces);
        if (scheme != PrependScheme.Never)
            output = PieceRewriter.Prepend(output, replacement, piece => scheme == PrependScheme.Always || piece.IsAtOrigin);
        return split ? _words.Process(output) : output;
    }
}
