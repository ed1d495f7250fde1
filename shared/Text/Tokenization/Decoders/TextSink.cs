using System.Text;

namespace OrleansInference.Text.Tokenization.Decoders;

/// <summary>The end of the chain: collects the text.</summary>
internal sealed class TextSink : TokenSink
{
    private readonly StringBuilder _text = new();

    public override void Append(ReadOnlySpan<char> fragment) => _text.Append(fragment);

    public override void EndToken()
    {
    }

    public override void Flush()
    {
    }

    /// <summary>Returns the text collected since the last call.</summary>
    public string Take()
    {
        if (_text.Length == 0)
            return "";
        string text = _text.ToString();
        _text.Clear();
        return text;
    }
}
