using System.IO.Compression;
using System.Text;

namespace OrleansInference.Text.Tokenization.Normalizers;

/// <summary>Built-in Unicode normalization data: the platform's data needs ICU, which invariant globalization omits, and its version would differ from the reference's.</summary>
internal sealed class NormalizationTables
{
    private readonly Dictionary<int, byte> _combiningClasses = [];
    private readonly Dictionary<int, string> _canonical = [];
    private readonly Dictionary<int, string> _compatibility = [];
    private readonly Dictionary<(int First, int Second), int> _compositions = [];

    private NormalizationTables()
    {
        using var inflated = new DeflateStream(new MemoryStream(Convert.FromBase64String(NormalizationData.Packed)), CompressionMode.Decompress);
        using var stream = new BufferedStream(inflated, 16 * 1024);
        int codePoint = 0;
        for (int remaining = ReadNumber(stream); remaining > 0; remaining--)
        {
            codePoint += ReadNumber(stream);
            _combiningClasses[codePoint] = (byte)ReadNumber(stream);
        }
        ReadDecompositions(stream, _canonical);
        ReadDecompositions(stream, _compatibility);
        for (int remaining = ReadNumber(stream); remaining > 0; remaining--)
            _compositions[(ReadNumber(stream), ReadNumber(stream))] = ReadNumber(stream);
    }

    public static Lazy<NormalizationTables> Shared { get; } = new(() => new NormalizationTables());

    public int CombiningClass(int codePoint) => codePoint < 0x300 ? 0 : _combiningClasses.GetValueOrDefault(codePoint);

    /// <summary>The full decomposition of a code point other than a Hangul syllable, or null if it has none.</summary>
    public string? Decompose(int codePoint, bool compatibility)
    {
        if (compatibility && _compatibility.TryGetValue(codePoint, out string? text))
            return text;
        return _canonical.GetValueOrDefault(codePoint);
    }

    /// <summary>The primary composite of two code points other than Hangul jamo, or -1.</summary>
    public int Compose(int first, int second) => _compositions.TryGetValue((first, second), out int composed) ? composed : -1;

    private static void ReadDecompositions(Stream stream, Dictionary<int, string> target)
    {
        int codePoint = 0;
        var text = new StringBuilder();
        for (int remaining = ReadNumber(stream); remaining > 0; remaining--)
        {
            codePoint += ReadNumber(stream);
            text.Clear();
            for (int length = ReadNumber(stream); length > 0; length--)
                text.Append(new Rune(ReadNumber(stream)).ToString());
            target[codePoint] = text.ToString();
        }
    }

    private static int ReadNumber(Stream stream)
    {
        int value = 0;
        for (int shift = 0; ; shift += 7)
        {
            int b = stream.ReadByte();
            value |= (b & 127) << shift;
            if (b < 128)
                return value;
        }
    }
}
