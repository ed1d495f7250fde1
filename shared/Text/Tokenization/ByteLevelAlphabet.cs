namespace OrleansInference.Text.Tokenization;

/// <summary>GPT-2's mapping of bytes to printable characters: printable Latin-1 maps to itself, the rest to U+0100 and up.</summary>
internal static class ByteLevelAlphabet
{
    private static readonly char[] Characters = BuildCharacters();
    private static readonly short[] Bytes = BuildBytes();

    public static char ToChar(byte value) => Characters[value];

    /// <summary>The byte of <paramref name="c"/>, or -1.</summary>
    public static int ToByte(char c) => c < Bytes.Length ? Bytes[c] : -1;

    private static char[] BuildCharacters()
    {
        var characters = new char[256];
        int next = 0x100;
        for (int b = 0; b < characters.Length; b++)
            characters[b] = b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)b : (char)next++;
        return characters;
    }

    private static short[] BuildBytes()
    {
        var bytes = new short[0x100 + 68];
        Array.Fill(bytes, (short)-1);
        for (int b = 0; b < Characters.Length; b++)
            bytes[Characters[b]] = (short)b;
        return bytes;
    }
}
