namespace OrleansInference.Text.Tokenization.Decoders;

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
