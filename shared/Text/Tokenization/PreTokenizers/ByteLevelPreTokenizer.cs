using System.Buffers;
using System.Text;
using OrleansInference.Text.Tokenization.Patterns;

namespace OrleansInference.Text.Tokenization.PreTokenizers;

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
