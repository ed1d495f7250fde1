namespace OrleansInference.Tenancy.Audit.Masking;

/// <summary>Numbers of payment cards and bank accounts.</summary>
internal static class PaymentRules
{
    private const int MinCard = 13;
    private const int MaxCard = 19;
    private const int MaxAccount = 34;

    // Lengths by country, of the IBAN registry.
    private static readonly Dictionary<string, int> AccountLengths = (
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 " +
        "IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 " +
        "ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30").Split(' ').ToDictionary(static entry => entry[..2], static entry => int.Parse(entry[2..], System.Globalization.CultureInfo.InvariantCulture));

    private static readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Lengths = AccountLengths.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>A card number of a known issuer, whose check digit is right; spaces or dashes may stand between digits.</summary>
    public static int Card(ReadOnlySpan<char> text, int start)
    {
        Span<char> digits = stackalloc char[MaxCard];
        for (int at = start, count = 0, length = 0; at < text.Length && count < MaxCard; at++)
        {
            if (char.IsAsciiDigit(text[at]))
            {
                digits[count++] = text[at];
                length = at + 1 - start;

                // The number behind the next space may be the date of expiry.
                bool canEnd = Scan.EndsAt(text, at + 1) && count >= MinCard;
                if (canEnd && IsIssued(digits[..count]) && CheckDigits.Luhn(digits[..count]) && (length == count || !Scan.IsBehindNumber(text, start)))
                {
                    return length;
                }
            }
            else if (!(text[at] is ' ' or '-' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])))
            {
                break;
            }
        }

        return 0;
    }

    /// <summary>An account number of a country of the registry, with its length and check digits; spaces may stand between its groups of four.</summary>
    public static int Iban(ReadOnlySpan<char> text, int start)
    {
        if (start + 4 > text.Length || !char.IsAsciiLetter(text[start + 1]) || !char.IsAsciiDigit(text[start + 2]) || !char.IsAsciiDigit(text[start + 3]))
        {
            return 0;
        }

        Span<char> country = [char.ToUpperInvariant(text[start]), char.ToUpperInvariant(text[start + 1])];
        if (!Lengths.TryGetValue(country, out int expected))
        {
            return 0;
        }

        Span<char> characters = stackalloc char[MaxAccount];
        int count = 0;
        int at = start;
        while (at < text.Length && count < expected)
        {
            if (char.IsAsciiLetterOrDigit(text[at]))
            {
                characters[count++] = char.ToUpperInvariant(text[at++]);
            }
            else if (text[at] == ' ' && count % 4 == 0)
            {
                at++;
            }
            else
            {
                return 0;
            }
        }

        return count == expected && Scan.EndsAt(text, at) && Remainder(characters[..count]) == 1 ? at - start : 0;
    }

    // The first four characters count as the last ones; a letter counts as two digits, from A = 10.
    private static int Remainder(ReadOnlySpan<char> account)
    {
        int remainder = 0;
        for (int i = 0; i < account.Length; i++)
        {
            char character = account[(i + 4) % account.Length];
            remainder = char.IsAsciiDigit(character) ? ((10 * remainder) + (character - '0')) % 97 : ((100 * remainder) + (character - 'A' + 10)) % 97;
        }

        return remainder;
    }

    /// <summary>Prefixes and lengths of the issuers: Visa, Mastercard, American Express, Diners Club, Discover, JCB, UnionPay, Maestro, RuPay, Mir.</summary>
    private static bool IsIssued(ReadOnlySpan<char> digits)
    {
        int prefix = (int)CheckDigits.Value(digits[..4]);
        return (prefix / 1000 == 4 && digits.Length is 13 or 16 or 19)
            || (prefix is (>= 5100 and <= 5599) or (>= 2221 and <= 2720) && digits.Length == 16)
            || (prefix / 100 is 34 or 37 && digits.Length == 15)
            || (prefix is (>= 3000 and <= 3059) or 3095 or (>= 3600 and <= 3699) or (>= 3800 and <= 3999) && digits.Length == 14)
            || (prefix is 6011 or (>= 6440 and <= 6599) or (>= 3528 and <= 3589) or (>= 6200 and <= 6299) && digits.Length >= 16)
            || (prefix is 5018 or 5020 or 5038 or 5893 or 6304 or 6759 or (>= 6761 and <= 6763))
            || (prefix is (>= 2200 and <= 2204) or (>= 8100 and <= 8299) or 5080 or 5081 && digits.Length >= 16);
    }
}
