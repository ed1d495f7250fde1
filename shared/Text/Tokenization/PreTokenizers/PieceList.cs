namespace OrleansInference.Text.Tokenization.PreTokenizers;

/// <summary>A text and the non-empty pieces of it that become words.</summary>
internal sealed class PieceList(ReadOnlyMemory<char> text, List<TextPiece> pieces)
{
    public ReadOnlyMemory<char> Text { get; } = text;

    public List<TextPiece> Pieces { get; } = pieces;

    public ReadOnlySpan<char> Span(TextPiece piece) => Text.Span.Slice(piece.Start, piece.Length);
}
