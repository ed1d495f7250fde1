namespace OrleansInference.Tenancy.Audit.Masking;

/// <summary>Check digits of numbers that consist of the characters 0 to 9.</summary>
internal static class CheckDigits
{
    // Tables of Verhoeff's algorithm: products of the dihedral group D5, and the powers of its permutation.
    private static readonly byte[][] Products =
    [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 0, 6, 7, 8, 9, 5], [2, 3, 4, 0, 1, 7, 8, 9, 5, 6], [3, 4, 0, 1, 2, 8, 9, 5, 6, 7], [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
        [5, 9, 8, 7, 6, 0, 4, 3, 2, 1], [6, 5, 9, 8, 7, 1, 0, 4, 3, 2], [7, 6, 5, 9, 8, 2, 1, 0, 4, 3], [8, 7, 6, 5, 9, 3, 2, 1, 0, 4], [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    ];

    private static readonly byte[][] Permutations =
    [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 5, 7, 6, 2, 8, 3, 0, 9, 4], [5, 8, 0, 3, 7, 9, 6, 1, 4, 2], [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
        [9, 4, 5, 3, 1, 2, 6, 8, 7, 0], [4, 2, 8, 6, 5, 7, 3, 9, 0, 1], [2, 7, 9, 3, 8, 0, 6, 4, 1, 5], [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
    ];

    /// <summary>ISO/IEC 7812: every second digit from the right, without the last one, counts double.</summary>
    public static bool Luhn(ReadOnlySpan<char> digits)
    {
        int sum = 0;
        for (int i = 0; i < digits.Length; i++)
        {
            int digit = digits[^(i + 1)] - '0';
            digit = i % 2 == 0 ? digit : 2 * digit;
            sum += digit > 9 ? digit - 9 : digit;
        }

        return sum % 10 == 0;
    }

    /// <summary>Verhoeff's check digit.</summary>
    public static bool Verhoeff(ReadOnlySpan<char> digits)
    {
        int state = 0;
        for (int i = 0; i < digits.Length; i++)
        {
            state = Products[state][Permutations[i % 8][digits[^(i + 1)] - '0']];
        }

        return state == 0;
    }

    /// <summary>ISO 7064, MOD 11,10: a number whose last digit is the check digit.</summary>
    public static bool Mod11And10(ReadOnlySpan<char> digits)
    {
        int product = 10;
        foreach (char digit in digits[..^1])
        {
            int sum = (digit - '0' + product) % 10;
            product = 2 * (sum == 0 ? 10 : sum) % 11;
        }

        return (11 - product) % 10 == digits[^1] - '0';
    }

    /// <summary>Sum of the digits, each times its weight.</summary>
    public static int Weighted(ReadOnlySpan<char> digits, ReadOnlySpan<int> weights)
    {
        int sum = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            sum += weights[i] * (digits[i] - '0');
        }

        return sum;
    }

    /// <summary>Value of digits.</summary>
    public static long Value(ReadOnlySpan<char> digits)
    {
        long value = 0;
        foreach (char digit in digits)
        {
            value = (10 * value) + (digit - '0');
        }

        return value;
    }

    /// <summary>Returns whether two digits are a month and two are a day.</summary>
    public static bool IsDate(ReadOnlySpan<char> month, ReadOnlySpan<char> day) => Value(month) is >= 1 and <= 12 && Value(day) is >= 1 and <= 31;
}
