namespace OrleansInference.Text.Tokenization.Decoders;

/// <summary>Step of the conversion from tokens to text. Immutable; each stream has its own sink.</summary>
internal abstract class Decoder
{
    public abstract TokenSink Start(TokenSink next);

    /// <summary>Whether this step, or one of its parts, is a <typeparamref name="T"/>.</summary>
    public virtual bool Contains<T>() where T : Decoder => this is T;
}

/// <summary>Applies decoders one after another.</summary>
internal sealed class SequenceDecoder(IReadOnlyList<Decoder> steps) : Decoder
{
    public override TokenSink Start(TokenSink next)
    {
        for (int i = steps.Count - 1; i >= 0; i--)
            next = steps[i].Start(next);
        return next;
    }

    public override bool Contains<T>() => steps.Any(step => step.Contains<T>());
}
