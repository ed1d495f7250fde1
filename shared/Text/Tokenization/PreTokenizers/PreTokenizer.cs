namespace OrleansInference.Text.Tokenization.PreTokenizers;

/// <summary>One step that splits or rewrites the pieces of a text. Immutable.</summary>
internal abstract class PreTokenizer
{
    public abstract PieceList Process(PieceList input);
}
