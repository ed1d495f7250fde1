namespace OrleansInference.Text.Tokenization.PreTokenizers;

/// <summary>A piece of a <see cref="PieceList"/>'s text, in UTF-16 units.</summary>
/// <param name="IsAtOrigin">Whether the piece starts where the whole input starts.</param>
internal readonly record struct TextPiece(int Start, int Length, bool IsAtOrigin);
