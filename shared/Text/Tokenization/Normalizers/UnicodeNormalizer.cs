using System.Runtime.InteropServices;
using System.Text;

namespace OrleansInference.Text.Tokenization.Normalizers;

/// <summary>NFC, NFD, NFKC and NFKD (Unicode Standard Annex 15): decompose, order marks by combining class, then compose.</summary>
internal sealed class UnicodeNormalizer(bool compatibility, bool compose) : Normalizer
{
    private const int HangulBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TrailCount = 28;

    public override string Normalize(string text)
    {
        if (IsUntouched(text))
            return text;
        NormalizationTables tables = NormalizationTables.Shared.Value;
        var points = new List<int>(text.Length + 16);
        foreach (Rune rune in text.EnumerateRunes())
            Decompose(tables, rune.Value, points);
        Span<int> decomposed = CollectionsMarshal.AsSpan(points);
        Order(tables, decomposed);
        int length = compose ? Compose(tables, decomposed) : decomposed.Length;
        var result = new StringBuilder(length);
        Span<char> pair = stackalloc char[2];
        foreach (int point in decomposed[..length])
            result.Append(pair[..new Rune(point).EncodeToUtf16(pair)]);
        return result.ToString();
    }

    // Below U+00A0 nothing decomposes; below U+0300 nothing changes under NFC.
    private bool IsUntouched(string text) => compose && !compatibility
        ? !text.AsSpan().ContainsAnyExceptInRange('\0', '\u02FF')
        : !text.AsSpan().ContainsAnyExceptInRange('\0', '\u009F');

    private void Decompose(NormalizationTables tables, int point, List<int> output)
    {
        int syllable = point - HangulBase;
        if (point < 0xA0)
        {
            output.Add(point);
        }
        else if ((uint)syllable < LeadCount * VowelCount * TrailCount)
        {
            output.Add(LeadBase + syllable / (VowelCount * TrailCount));
            output.Add(VowelBase + syllable % (VowelCount * TrailCount) / TrailCount);
            if (syllable % TrailCount != 0)
                output.Add(TrailBase + syllable % TrailCount);
        }
        else if (tables.Decompose(point, compatibility) is { } parts)
        {
            foreach (Rune part in parts.EnumerateRunes())
                output.Add(part.Value);
        }
        else
        {
            output.Add(point);
        }
    }

    // Sorts each run of marks by combining class, stably: a hostile text may be one long run, so no insertion sort.
    private static void Order(NormalizationTables tables, Span<int> points)
    {
        for (int i = 0; i < points.Length; i++)
        {
            if (tables.CombiningClass(points[i]) == 0)
                continue;
            int start = i;
            while (i < points.Length && tables.CombiningClass(points[i]) != 0)
                i++;
            if (i - start < 2)
                continue;
            var keys = new long[i - start];
            for (int k = 0; k < keys.Length; k++)
                keys[k] = (long)tables.CombiningClass(points[start + k]) << 32 | (uint)k;
            int[] run = points[start..i].ToArray();
            Array.Sort(keys, run);
            run.CopyTo(points[start..]);
        }
    }

    private static int Compose(NormalizationTables tables, Span<int> points)
    {
        int length = 0, starter = -1, lastClass = 0;
        foreach (int point in points)
        {
            int combiningClass = tables.CombiningClass(point);
            bool isBlocked = starter < 0 || length - 1 > starter && (lastClass == 0 || lastClass >= combiningClass);
            int composed = isBlocked ? -1 : ComposePair(tables, points[starter], point);
            if (composed >= 0)
            {
                points[starter] = composed;
                continue;
            }
            if (combiningClass == 0)
                starter = length;
            lastClass = combiningClass;
            points[length++] = point;
        }
        return length;
    }

    private static int ComposePair(NormalizationTables tables, int first, int second)
    {
        if ((uint)(first - LeadBase) < LeadCount && (uint)(second - VowelBase) < VowelCount)
            return HangulBase + ((first - LeadBase) * VowelCount + (second - VowelBase)) * TrailCount;
        int syllable = first - HangulBase;
        if ((uint)syllable < LeadCount * VowelCount * TrailCount && syllable % TrailCount == 0 && second > TrailBase && second < TrailBase + TrailCount)
            return first + (second - TrailBase);
        return tables.Compose(first, second);
    }
}
