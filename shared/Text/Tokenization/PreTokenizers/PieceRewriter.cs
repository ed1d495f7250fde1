namespace OrleansInference.Text.Tokenization.PreTokenizers;

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
