using System.Text;

namespace OrleansInference.Text.Tokenization.Normalizers;

/// <summary>Rewrites each code point by itself: lowercasing, removal of marks, the clean-up of sentencepiece's "nmt" rule, byte-level characters.</summary>
internal sealed class CharacterNormalizer(Action<int, StringBuilder> rewrite) : Normalizer
{
    public static CharacterNormalizer Lowercase { get; } = new((c, output) =>
    {
        // The one code point whose lower case is two.
        if (c == 0x130)
            output.Append("i\u0307");
        else
            Append(output, Rune.ToLowerInvariant(new Rune(c)).Value);
    });

    public static CharacterNormalizer StripAccents { get; } = new((c, output) =>
    {
        if (!Patterns.UnicodeSets.Mark.Contains(c))
            Append(output, c);
    });

    public static CharacterNormalizer Nmt { get; } = new((c, output) =>
    {
        if (c is >= 0x01 and <= 0x08 or 0x0B or >= 0x0E and <= 0x1F or 0x7F or 0x8F or 0x9F)
            return;
        bool isSpace = c is 0x09 or 0x0A or 0x0C or 0x0D or 0x1680 or >= 0x200B and <= 0x200F or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD;
        Append(output, isSpace ? ' ' : c);
    });

    public static CharacterNormalizer ByteLevel { get; } = new((c, output) =>
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (byte b in bytes[..new Rune(c).EncodeToUtf8(bytes)])
            output.Append(ByteLevelAlphabet.ToChar(b));
    });

    public override string Normalize(string text)
    {
        var output = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
            rewrite(rune.Value, output);
        return output.ToString();
    }

    private static void Append(StringBuilder output, int c)
    {
        Span<char> pair = stackalloc char[2];
        output.Append(pair[..new Rune(c).EncodeToUtf16(pair)]);
    }
}
