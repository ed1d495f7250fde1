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
