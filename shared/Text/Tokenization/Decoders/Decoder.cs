namespace OrleansInference.Text.Tokenization.Decoders;

/// <summary>Step of the conversion from tokens to text. Immutable; each stream has its own sink.</summary>
internal abstract class Decoder
{
    public abstract TokenSink Start(TokenSink next);

    /// <summary>Whether this step, or one of its parts, is a <typeparamref name="T"/>.</summary>
    public virtual bool Contains<T>() where T : Decoder => this is T;
}
