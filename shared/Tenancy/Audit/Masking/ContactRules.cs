using System.Buffers;

namespace OrleansInference.Tenancy.Audit.Masking;

/// <summary>Addresses of mail and numbers of telephones.</summary>
internal static class ContactRules
{
    private const int MaxLocal = 64;
    private const int MaxDomain = 253;
    private const int MaxLabel = 63;
    private const int MinPhone = 8;
    private const int MaxPhone = 15; // E.164

    private static readonly SearchValues<char> LocalSymbols = SearchValues.Create("._%+-~!#$&*");

    /// <summary>An address of mail: a local part, '@', and a domain with at least two labels, of which the last has letters only.</summary>
    public static int Email(ReadOnlySpan<char> text, int start)
    {
        if (start > 0 && IsLocal(text[start - 1]))
        {
            return 0;
        }

        int at = start;
        while (at < text.Length && at - start <= MaxLocal && IsLocal(text[at]))
        {
            at++;
        }

        return at > start && at - start <= MaxLocal && at < text.Length && text[at] == '@' && Domain(text, at + 1) is > 0 and var length ? at + 1 + length - start : 0;
    }

    /// <summary>A telephone number with a country code, as in +49 (0)30 1234567 or 0044 20 7946 0958, or one of North America with separators.</summary>
    public static int Phone(ReadOnlySpan<char> text, int start)
    {
        if (text[start] == '+')
        {
            return International(text, start, start + 1, needsSeparator: false);
        }

        if (text[start..].StartsWith("00"))
        {
            return International(text, start, start + 2, needsSeparator: true);
        }

        return NorthAmerican(text, start);
    }

    private static bool IsLocal(char character) => char.IsLetterOrDigit(character) || LocalSymbols.Contains(character);

    /// <returns>Characters of the domain without a period at the end of a sentence; 0 if there is none.</returns>
    private static int Domain(ReadOnlySpan<char> text, int start)
    {
        int end = 0; // of the last label that can end a domain
        int label = start;
        for (int at = start; at <= text.Length && at - start <= MaxDomain; at++)
        {
            if (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] == '-'))
            {
                continue;
            }

            ReadOnlySpan<char> name = text[label..at];
            if (name.Length is 0 or > MaxLabel || name[0] == '-' || name[^1] == '-')
            {
                break;
            }

            if (label > start && name.Length > 1 && IsTop(name))
            {
                end = at;
            }

            if (at == text.Length || text[at] != '.')
            {
                break;
            }

            label = at + 1;
        }

        return end > start ? end - start : 0;
    }

    private static bool IsTop(ReadOnlySpan<char> name)
    {
        if (name.StartsWith("xn--", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        foreach (char letter in name)
        {
            if (!char.IsLetter(letter))
            {
                return false;
            }
        }

        return true;
    }

    private static int International(ReadOnlySpan<char> text, int start, int number, bool needsSeparator)
    {
        // A country code has no zero in front; a trunk prefix may follow it in parentheses.
        if (number >= text.Length || text[number] is < '1' or > '9')
        {
            return 0;
        }

        int digits = 0;
        int end = number; // of the digits until now
        int found = 0;
        bool hasSeparator = false;
        for (int at = number; at < text.Length; at++)
        {
            if (char.IsAsciiDigit(text[at]))
            {
                if (++digits > MaxPhone)
                {
                    break;
                }

                end = at + 1;
                if (digits >= MinPhone && (hasSeparator || !needsSeparator) && Scan.EndsAt(text, end))
                {
                    found = end - start;
                }
            }
            else if (text[at] is ' ' or '-' or '.' or '/' or '(' or ')' && at - end < 2)
            {
                hasSeparator = true;
            }
            else
            {
                break;
            }
        }

        return found;
    }

    /// <summary>An area and an exchange begin with 2 to 9.</summary>
    private static int NorthAmerican(ReadOnlySpan<char> text, int start)
    {
        Span<char> digits = stackalloc char[11];
        if (text[start] == '1')
        {
            int withCountry = Scan.Any(text, start, digits, "1-000-000-0000", "1.000.000.0000", "1 000 000 0000", "1 (000) 000-0000");
            return digits[1] >= '2' && digits[4] >= '2' ? withCountry : 0;
        }

        int length = Scan.Any(text, start, digits, "000-000-0000", "000.000.0000", "000 000 0000", "(000) 000-0000", "(000)000-0000", "(000) 000 0000");
        return digits[0] >= '2' && digits[3] >= '2' ? length : 0;
    }
}
