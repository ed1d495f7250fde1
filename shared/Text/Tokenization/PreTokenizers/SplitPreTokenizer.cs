using OrleansInference.Text.Tokenization.Patterns;

namespace OrleansInference.Text.Tokenization.PreTokenizers;

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
