using OrleansInference.Text.Tokenization.Patterns;

namespace OrleansInference.Text.Tokenization.PreTokenizers;

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
