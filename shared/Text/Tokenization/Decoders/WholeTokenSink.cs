using System.Runtime.InteropServices;

namespace OrleansInference.Text.Tokenization.Decoders;

/// <summary>A sink that processes whole tokens.</summary>
internal abstract class WholeTokenSink(TokenSink next) : TokenSink
{
    private readonly List<char> _token = [];

    protected TokenSink Next { get; } = next;

    public sealed override void Append(ReadOnlySpan<char> fragment) => _token.AddRange(fragment);

    public sealed override void EndToken()
    {
        Take(CollectionsMarshal.AsSpan(_token));
        _token.Clear();
    }

    public override void Flush() => Next.Flush();

    /// <summary>Receives the whole text of one token.</summary>
    protected abstract void Take(ReadOnlySpan<char> token);
}
