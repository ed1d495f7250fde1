namespace OrleansInference.Tenancy.Audit.Masking;

/// <summary>Identity numbers of European countries.</summary>
internal static class EuropeanRules
{
    private const string SpanishLetters = "TRWAGMYFPDXBNJZSQVHLCKE";
    private const string ItalianMonths = "ABCDEHLMPRST";
    private const string ItalianDigits = "0123456789LMNPQRSTUV"; // the letters replace the digits where two persons would have the same code
    private const string FinnishCharacters = "0123456789ABCDEFHJKLMNPRSTUVWXY";

    // Values of 0 to 9 and of A to Z at odd places.
    private static readonly int[] ItalianValues = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

    /// <summary>National Insurance number of the United Kingdom.</summary>
    public static int BritishInsurance(ReadOnlySpan<char> text, int start)
    {
        Span<char> id = stackalloc char[9];
        int length = Scan.Any(text, start, id, "AA000000A", "AA 00 00 00 A", "AA 000000 A");
        return length > 0 && !"DFIQUV".Contains(id[0]) && !"DFIOQUV".Contains(id[1]) && id[8] <= 'D' && id[..2] is not ("BG" or "GB" or "KN" or "NK" or "NT" or "TN" or "ZZ") ? length : 0;
    }

    /// <summary>Steuer-Identifikationsnummer of Germany: among its first ten digits one is there twice or three times, and the others at most once.</summary>
    public static int GermanTax(ReadOnlySpan<char> text, int start)
    {
        Span<char> id = stackalloc char[11];
        int length = Scan.Any(text, start, id, "00000000000", "00 000 000 000");
        if (length == 0 || id[0] == '0' || !CheckDigits.Mod11And10(id))
        {
            return 0;
        }

        int repeated = 0;
        for (char digit = '0'; digit <= '9'; digit++)
        {
            int count = id[..10].Count(digit);
            repeated += count switch { < 2 => 0, <= 3 => 1, _ => 2 };
        }

        return repeated == 1 ? length : 0;
    }

    /// <summary>Numéro d'inscription au répertoire of France: sex, year, month, place of birth, and a key.</summary>
    public static int FrenchRegister(ReadOnlySpan<char> text, int start)
    {
        Span<char> id = stackalloc char[15];
        int length = Scan.Any(text, start, id, "000000000000000", "0 00 00 00 000 000 00", "00000*000000000", "0 00 00 0* 000 000 00");
        if (length == 0 || id[0] is not ('1' or '2' or '3' or '4' or '7' or '8'))
        {
            return 0;
        }

        // Departments 2A and 2B of Corsica count as 19 and 18.
        if (id[5] == '2' && id[6] is 'A' or 'B')
        {
            (id[5], id[6]) = ('1', id[6] == 'A' ? '9' : '8');
        }

        return !id.ContainsAnyExceptInRange('0', '9') && CheckDigits.Value(id[3..5]) is (>= 1 and <= 12) or (>= 20 and <= 42) or (>= 50 and <= 99) && 97 - (CheckDigits.Value(id[..13]) % 97) == CheckDigits.Value(id[13..])
            ? length : 0;
    }

    /// <summary>DNI and NIE of Spain.</summary>
    public static int Spanish(ReadOnlySpan<char> text, int start)
    {
        Span<char> id = stackalloc char[9];
        int length = Scan.Any(text, start, id, "00000000A", "00000000-A", "00.000.000-A", "A0000000A", "A-0000000-A");
        if (length == 0)
        {
            return 0;
        }

        if (id[0] is 'X' or 'Y' or 'Z')
        {
            id[0] = (char)('0' + id[0] - 'X');
        }

        return char.IsAsciiDigit(id[0]) && SpanishLetters[(int)(CheckDigits.Value(id[..8]) % 23)] == id[8] ? length : 0;
    }

    /// <summary>Codice fiscale of Italy: name, year, month and day of birth, place, and a check letter.</summary>
    public static int ItalianFiscal(ReadOnlySpan<char> text, int start)
    {
        Span<char> id = stackalloc char[16];
        int length = Scan.Any(text, start, id, "****************", "*** *** ***** *****");
        if (length == 0)
        {
            return 0;
        }

        int sum = 0;
        for (int i = 0; i < id.Length; i++)
        {
            char character = id[i] = char.ToUpperInvariant(id[i]);
            bool fits = i switch
            {
                < 6 or 11 or 15 => char.IsAsciiLetter(character),
                8 => ItalianMonths.Contains(character),
                _ => ItalianDigits.Contains(character),
            };
            if (!fits)
            {
                return 0;
            }

            int index = char.IsAsciiDigit(character) ? character - '0' : character - 'A' + 10;
            sum += i == 15 ? 0 : i % 2 == 0 ? ItalianValues[index] : index < 10 ? index : index - 10;
        }

        return 'A' + (sum % 26) == id[15] ? length : 0;
    }

    /// <summary>PESEL of Poland: date of birth, with the century in the month, and a check digit.</summary>
    public static int Polish(ReadOnlySpan<char> text, int start)
    {
        Span<char> id = stackalloc char[11];
        if (!Scan.Pattern(text, start, id, "00000000000"))
        {
            return 0;
        }

        bool isDate = CheckDigits.Value(id[2..4]) % 20 is >= 1 and <= 12 && CheckDigits.Value(id[4..6]) is >= 1 and <= 31;
        return isDate && CheckDigits.Weighted(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 == 0 ? id.Length : 0;
    }

    /// <summary>Burgerservicenummer of the Netherlands. One in eleven numbers of nine digits passes its test, so one without separators needs its name before it.</summary>
    public static int Dutch(ReadOnlySpan<char> text, int start)
    {
        Span<char> id = stackalloc char[9];
        int length = Scan.Any(text, start, id, "0000.00.000", "0000 00 000");
        if (length == 0 && Scan.HasLabel(text, start, "bsn", "burgerservice", "sofi"))
        {
            length = Scan.Any(text, start, id, "000000000", "000 000 000", "000.000.000", "000-000-000");
        }

        return length > 0 && CheckDigits.Value(id) > 0 && CheckDigits.Weighted(id, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 == 0 ? length : 0;
    }

    /// <summary>Rijksregisternummer of Belgium: date of birth, a number, and a key; those born since 2000 count with a 2 before it.</summary>
    public static int Belgian(ReadOnlySpan<char> text, int start)
    {
        Span<char> id = stackalloc char[11];
        int length = Scan.Any(text, start, id, "00.00.00-000.00");
        long number = length > 0 ? CheckDigits.Value(id[..9]) : 0;
        long key = length > 0 ? CheckDigits.Value(id[9..]) : 0;
        return length > 0 && (97 - (number % 97) == key || 97 - ((2_000_000_000 + number) % 97) == key) ? length : 0;
    }

    /// <summary>AHV number of Switzerland.</summary>
    public static int Swiss(ReadOnlySpan<char> text, int start)
    {
        Span<char> id = stackalloc char[13];
        int length = Scan.Any(text, start, id, "756.0000.0000.00", "7560000000000");
        return length > 0 && CheckDigits.Weighted(id, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 == 0 ? length : 0;
    }

    /// <summary>Henkilötunnus of Finland: date of birth, a sign of the century, a number, and a check character.</summary>
    public static int Finnish(ReadOnlySpan<char> text, int start)
    {
        Span<char> id = stackalloc char[11];
        int length = Scan.Any(text, start, id, "000000-000*", "000000+000*", "000000A000*");
        if (length == 0)
        {
            return 0;
        }

        if (id[6] == 'A')
        {
            id[7..].CopyTo(id[6..]);
        }

        return CheckDigits.IsDate(id[2..4], id[..2]) && FinnishCharacters[(int)(CheckDigits.Value(id[..9]) % 31)] == id[9] ? length : 0;
    }

    /// <summary>Personnummer of Sweden: date of birth, a number, and a check digit.</summary>
    public static int Swedish(ReadOnlySpan<char> text, int start)
    {
        Span<char> id = stackalloc char[12];
        int length = Scan.Any(text, start, id, "000000-0000", "19000000-0000", "20000000-0000");
        ReadOnlySpan<char> digits = length > 11 ? id[2..] : id[..10];
        return length > 0 && CheckDigits.IsDate(digits[2..4], digits[4..6]) && CheckDigits.Luhn(digits) ? length : 0;
    }
}
