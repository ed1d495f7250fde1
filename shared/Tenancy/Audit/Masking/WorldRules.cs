namespace OrleansInference.Tenancy.Audit.Masking;

/// <summary>Identity numbers of countries outside Europe.</summary>
internal static class WorldRules
{
    private const string ChineseCharacters = "10X98765432";

    /// <summary>Social Security number of the United States. It has no check digit, so it needs its separators.</summary>
    public static int American(ReadOnlySpan<char> text, int start)
    {
        Span<char> id = stackalloc char[9];
        int length = Scan.Any(text, start, id, "000-00-0000", "000 00 0000");
        return length > 0 && id[0] != '9' && id[..3] is not ("000" or "666") && id[3..5] is not "00" && id[5..] is not "0000" ? length : 0;
    }

    /// <summary>Social Insurance number of Canada.</summary>
    public static int Canadian(ReadOnlySpan<char> text, int start)
    {
        Span<char> id = stackalloc char[9];
        int length = Scan.Any(text, start, id, "000-000-000", "000 000 000");
        return length > 0 && id[0] is not ('0' or '8') && CheckDigits.Luhn(id) ? length : 0;
    }

    /// <summary>CPF of Brazil.</summary>
    public static int Brazilian(ReadOnlySpan<char> text, int start)
    {
        Span<char> id = stackalloc char[11];
        int length = Scan.Any(text, start, id, "000.000.000-00");
        return length > 0 && id.ContainsAnyExcept(id[0])
            && Check(CheckDigits.Weighted(id, [10, 9, 8, 7, 6, 5, 4, 3, 2])) == id[9] && Check(CheckDigits.Weighted(id, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2])) == id[10] ? length : 0;

        static char Check(int sum) => (char)('0' + (sum * 10 % 11 % 10));
    }

    /// <summary>Number of the resident identity card of China: region, date of birth, a number, and a check character.</summary>
    public static int Chinese(ReadOnlySpan<char> text, int start)
    {
        Span<char> id = stackalloc char[18];
        if (!Scan.Pattern(text, start, id, "00000000000000000*"))
        {
            return 0;
        }

        bool isValid = id[0] is >= '1' and <= '8' && CheckDigits.Value(id[6..10]) is >= 1900 and <= 2099 && CheckDigits.IsDate(id[10..12], id[12..14]);
        return isValid && ChineseCharacters[CheckDigits.Weighted(id, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11] == char.ToUpperInvariant(id[17]) ? id.Length : 0;
    }

    /// <summary>Aadhaar of India. One in ten numbers of twelve digits passes its test, so one without separators needs its name before it.</summary>
    public static int Indian(ReadOnlySpan<char> text, int start)
    {
        Span<char> id = stackalloc char[12];
        int length = Scan.Any(text, start, id, "0000 0000 0000", "0000-0000-0000");
        if (length == 0 && Scan.HasLabel(text, start, "aadhaar", "aadhar", "uidai"))
        {
            length = Scan.Any(text, start, id, "000000000000");
        }

        return length > 0 && id[0] >= '2' && CheckDigits.Verhoeff(id) ? length : 0;
    }

    /// <summary>Resident registration number of South Korea: date of birth, and a number that begins with sex and century.</summary>
    public static int Korean(ReadOnlySpan<char> text, int start)
    {
        Span<char> id = stackalloc char[13];
        int length = Scan.Any(text, start, id, "000000-0000000");
        return length > 0 && id[6] is >= '1' and <= '8' && CheckDigits.IsDate(id[2..4], id[4..6]) ? length : 0;
    }
}
