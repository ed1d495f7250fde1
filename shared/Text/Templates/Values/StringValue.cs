using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Functions;

namespace OrleansInference.Text.Templates.Values;

/// <summary>A string; it is indexed by code points, of which a surrogate pair is one.</summary>
internal sealed class StringValue(string text, bool isMarkup = false) : Value
{
    private static readonly StringValue[] Ascii = [.. Enumerable.Range(0, 128).Select(static c => new StringValue(((char)c).ToString()))];

    // Start of each code point in Text, and its end; computed once when a string with surrogate pairs is indexed.
    private int[]? _offsets;

    public static StringValue Empty { get; } = new("");

    public string Text { get; } = text;

    /// <summary>Whether the string is the result of <c>safe</c> or <c>escape</c>; text that is added to it is escaped.</summary>
    public bool IsMarkup { get; } = isMarkup;

    public bool HasPairs { get; } = text.AsSpan().ContainsAnyInRange('\uD800', '\uDBFF');

    public override string TypeName => IsMarkup ? "Markup" : "str";

    public override bool IsIterable => true;

    public override bool IsTrue(RenderContext context) => Text.Length > 0;

    public override int? Length(RenderContext context) => Count(context);

    public int Count(RenderContext context) => HasPairs ? Offsets(context).Length - 1 : Text.Length;

    /// <summary>A new string, charged to the rendering.</summary>
    public static StringValue Create(string text, RenderContext context)
    {
        context.Allocate(text.Length);
        return text.Length == 1 && text[0] < 128 ? Ascii[text[0]] : new StringValue(text);
    }

    public override void WriteRepresentation(BoundedText text)
    {
        if (IsMarkup)
        {
            text.Append("Markup(");
        }

        StringRepresentation.Write(Text, text);
        if (IsMarkup)
        {
            text.Append(")");
        }
    }

    public override void WriteText(BoundedText text) => text.Append(Text);

    public override bool Matches(Value other, RenderContext context)
    {
        if (other is not StringValue that || that.Text.Length != Text.Length)
        {
            return false;
        }

        context.Scan(Text.Length);
        return string.Equals(Text, that.Text, StringComparison.Ordinal);
    }

    public override int Hash(RenderContext context)
    {
        context.Scan(Text.Length);
        return Text.GetHashCode(StringComparison.Ordinal);
    }

    public override Value? Attribute(string name, RenderContext context)
        => StringMethods.Find(name) is { } method ? new NativeMethod(this, method) : null;

    public override Value? Item(Value key, RenderContext context)
        => Slicing.TryIndex(key, Count(context), out int index) ? At(index, context) : null;

    public StringValue At(int index, RenderContext context)
    {
        (int start, int end) = HasPairs ? (Offsets(context)[index], Offsets(context)[index + 1]) : (index, index + 1);
        return end - start == 1 && Text[start] < 128 ? Ascii[Text[start]] : Create(Text[start..end], context);
    }

    /// <summary>The code points from <paramref name="start"/> up to <paramref name="end"/>.</summary>
    public string Substring(int start, int end, RenderContext context)
        => HasPairs ? Text[Offsets(context)[start]..Offsets(context)[end]] : Text[start..end];

    /// <summary>The code point's number at a position of <see cref="Text"/>.</summary>
    public int PointIndex(int charIndex, RenderContext context)
        => HasPairs && charIndex >= 0 ? Array.BinarySearch(Offsets(context), charIndex) : charIndex;

    /// <summary>The position in <see cref="Text"/> of a code point.</summary>
    public int CharIndex(int pointIndex, RenderContext context) => HasPairs ? Offsets(context)[pointIndex] : pointIndex;

    public override IEnumerator<Value> Iterate(RenderContext context)
    {
        int count = Count(context);
        for (int i = 0; i < count; i++)
        {
            yield return At(i, context);
        }
    }

    private int[] Offsets(RenderContext context)
    {
        if (_offsets is { } known)
        {
            return known;
        }

        context.Allocate(2L * Text.Length);
        var offsets = new List<int>(Text.Length + 1);
        for (int i = 0; i < Text.Length; i += char.IsHighSurrogate(Text[i]) && i + 1 < Text.Length && char.IsLowSurrogate(Text[i + 1]) ? 2 : 1)
        {
            offsets.Add(i);
        }

        offsets.Add(Text.Length);
        return _offsets = [.. offsets];
    }
}
