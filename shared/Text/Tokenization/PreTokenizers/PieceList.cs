namespace OrleansInference.Text.Tokenization.PreTokenizers;

/// <summary>A text and the non-empty pieces of it that become words.</summary>
internal sealed class PieceList(ReadOnlyMemory<char> text, List<TextPiece> pieces)
{
    public ReadOnlyMemory<char> Text { get; } = text;

    public List<TextPiece> Pieces { get; } = pieces;

    public ReadOnlySpan<char> Span(TextPiece piece) => Text.Span.Slice(piece.Start, piece.Length);
}

/// <summary>A piece of a <see cref="PieceList"/>'s text, in UTF-16 units.</summary>
/// <param name="IsAtOrigin">Whether the piece starts where the whole input starts.</param>
internal readonly record struct TextPiece(int Start, int Length, bool IsAtOrigin);

/// <summary>Builds a new text in which some pieces begin with one more character.</summary>
internal static class PieceRewriter
{
    /// <summary>Puts <paramref name="prefix"/> before each piece that <paramref name="applies"/> names and that does not begin with it.</summary>
    public static PieceList Prepend(PieceList input, char prefix, Func<TextPiece, bool> applies)
    {
        var text = new char[input.Text.Length + input.Pieces.Count];
        var pieces = new List<TextPiece>(input.Pieces.Count);
        int position = 0;
        foreach (TextPiece piece in input.Pieces)
        {
            ReadOnlySpan<char> span = input.Span(piece);
            int start = position;
            if (span[0] != prefix && applies(piece))
                text[position++] = prefix;
            span.CopyTo(text.AsSpan(position));
            position += span.Length;
            pieces.Add(new TextPiece(start, position - start, piece.IsAtOrigin));
        }
        return new PieceList(text.AsMemory(0, position), pieces);
    }
}
