using System.Collections.Frozen;
using System.Text;
using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>Upper, lower and title case with Unicode's full mappings, as Python applies them.</summary>
internal static class CaseMapping
{
    public static string Upper(string text, RenderContext context)
    {
        context.Scan(text.Length);
        return text.AsSpan().ContainsAnyInRange('\u00DF', '\uFFFF') ? Map(text, context, static (_, _) => true) : text.ToUpperInvariant();
    }

    public static string Lower(string text, RenderContext context)
    {
        context.Scan(text.Length);
        return text.AsSpan().ContainsAny('\u0130', '\u03A3') ? Map(text, context, static (_, _) => false) : text.ToLowerInvariant();
    }

    public static string Capitalize(string text, RenderContext context) => Map(text, context, static (index, _) => index == 0, titled: true);

    /// <summary>Python's <c>str.title</c>: a letter that follows no letter is raised, the others are lowered.</summary>
    public static string Title(string text, RenderContext context)
        => Map(text, context, (index, _) => index == 0 || !IsCased(text, index), titled: true);

    public static string Swap(string text, RenderContext context) => Map(text, context, static (_, rune) => Rune.IsLower(rune));

    public static bool IsLower(string text, RenderContext context) => IsAll(text, context, static rune => Rune.IsUpper(rune) || IsTitleLetter(rune), Rune.IsLower);

    public static bool IsUpper(string text, RenderContext context) => IsAll(text, context, static rune => Rune.IsLower(rune) || IsTitleLetter(rune), Rune.IsUpper);

    public static bool IsTitle(string text, RenderContext context)
    {
        context.Scan(text.Length * 4L);
        bool found = false;
        bool afterCased = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool upper = Rune.IsUpper(rune) || IsTitleLetter(rune);
            bool lower = Rune.IsLower(rune);
            if ((upper && afterCased) || (lower && !afterCased))
            {
                return false;
            }

            afterCased = upper || lower;
            found |= afterCased;
        }

        return found;
    }

    // Maps each character; the predicate tells from its index and itself whether it is raised or lowered.
    private static string Map(string text, RenderContext context, Func<int, Rune, bool> raises, bool titled = false)
    {
        context.Scan(text.Length * 4L);
        context.Allocate(text.Length);
        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (!Rune.TryGetRuneAt(text, i, out Rune rune))
            {
                result.Append(text[i]);
                continue;
            }

            if (raises(i, rune))
            {
                AppendUpper(result, rune, titled);
            }
            else
            {
                result.Append(LowerOf(text, i, rune));
            }

            i += rune.Utf16SequenceLength - 1;
        }

        return result.ToString();
    }

    private static void AppendUpper(StringBuilder result, Rune rune, bool titled)
    {
        if (titled && rune.Value is >= 0x10D0 and <= 0x10FF)
        {
            result.Append((char)rune.Value);
        }
        else if (titled && Digraph(rune.Value) is { } digraph)
        {
            result.Append(digraph);
        }
        else if (rune.IsBmp && SpecialUppercase.Find((char)rune.Value) is { } special)
        {
            result.Append(special[0]).Append(titled ? special[1..].ToLowerInvariant() : special[1..]);
        }
        else
        {
            result.Append(Rune.ToUpperInvariant(rune).ToString());
        }
    }

    // The letters with a title case of their own: the middle one of each three (DZ, Dz, dz with their accents, LJ, NJ).
    private static char? Digraph(int c) => c switch
    {
        >= 0x1C4 and <= 0x1CC => (char)(0x1C5 + ((c - 0x1C4) / 3 * 3)),
        >= 0x1F1 and <= 0x1F3 => (char)0x1F2,
        _ => null,
    };

    private static string LowerOf(string text, int index, Rune rune) => rune.Value switch
    {
        0x130 => "i\u0307",
        0x3A3 => IsFinal(text, index) ? "\u03C2" : "\u03C3",
        _ => Rune.ToLowerInvariant(rune).ToString(),
    };

    private static bool IsFinal(string text, int index)
        => index > 0 && char.IsLetter(text[index - 1]) && (index + 1 == text.Length || !char.IsLetter(text[index + 1]));

    private static bool IsCased(string text, int index)
    {
        int start = index >= 2 && char.IsLowSurrogate(text[index - 1]) ? index - 2 : index - 1;
        return Rune.TryGetRuneAt(text, start, out Rune previous) && (Rune.IsUpper(previous) || Rune.IsLower(previous) || IsTitleLetter(previous));
    }

    private static bool IsTitleLetter(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.TitlecaseLetter;

    private static bool IsAll(string text, RenderContext context, Func<Rune, bool> refuses, Func<Rune, bool> wants)
    {
        context.Scan(text.Length * 4L);
        bool found = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (refuses(rune))
            {
                return false;
            }

            found |= wants(rune);
        }

        return found;
    }
}

/// <summary>Characters whose upper case is several characters, as in Unicode's SpecialCasing table.</summary>
internal static class SpecialUppercase
{
    // Each entry: the character, then its upper case.
    private const string Entries =
        "\u00DF\u0053\u0053 \u0149\u02BC\u004E \u01F0\u004A\u030C \u0390\u0399\u0308\u0301 \u03B0\u03A5\u0308\u0301 \u0587\u0535\u0552 "
        + "\u1E96\u0048\u0331 \u1E97\u0054\u0308 \u1E98\u0057\u030A \u1E99\u0059\u030A \u1E9A\u0041\u02BE \u1F50\u03A5\u0313 "
        + "\u1F52\u03A5\u0313\u0300 \u1F54\u03A5\u0313\u0301 \u1F56\u03A5\u0313\u0342 \u1F80\u1F08\u0399 \u1F81\u1F09\u0399 \u1F82\u1F0A\u0399 "
        + "\u1F83\u1F0B\u0399 \u1F84\u1F0C\u0399 \u1F85\u1F0D\u0399 \u1F86\u1F0E\u0399 \u1F87\u1F0F\u0399 \u1F88\u1F08\u0399 "
        + "\u1F89\u1F09\u0399 \u1F8A\u1F0A\u0399 \u1F8B\u1F0B\u0399 \u1F8C\u1F0C\u0399 \u1F8D\u1F0D\u0399 \u1F8E\u1F0E\u0399 "
        + "\u1F8F\u1F0F\u0399 \u1F90\u1F28\u0399 \u1F91\u1F29\u0399 \u1F92\u1F2A\u0399 \u1F93\u1F2B\u0399 \u1F94\u1F2C\u0399 "
        + "\u1F95\u1F2D\u0399 \u1F96\u1F2E\u0399 \u1F97\u1F2F\u0399 \u1F98\u1F28\u0399 \u1F99\u1F29\u0399 \u1F9A\u1F2A\u0399 "
        + "\u1F9B\u1F2B\u0399 \u1F9C\u1F2C\u0399 \u1F9D\u1F2D\u0399 \u1F9E\u1F2E\u0399 \u1F9F\u1F2F\u0399 \u1FA0\u1F68\u0399 "
        + "\u1FA1\u1F69\u0399 \u1FA2\u1F6A\u0399 \u1FA3\u1F6B\u0399 \u1FA4\u1F6C\u0399 \u1FA5\u1F6D\u0399 \u1FA6\u1F6E\u0399 "
        + "\u1FA7\u1F6F\u0399 \u1FA8\u1F68\u0399 \u1FA9\u1F69\u0399 \u1FAA\u1F6A\u0399 \u1FAB\u1F6B\u0399 \u1FAC\u1F6C\u0399 "
        + "\u1FAD\u1F6D\u0399 \u1FAE\u1F6E\u0399 \u1FAF\u1F6F\u0399 \u1FB2\u1FBA\u0399 \u1FB3\u0391\u0399 \u1FB4\u0386\u0399 "
        + "\u1FB6\u0391\u0342 \u1FB7\u0391\u0342\u0399 \u1FBC\u0391\u0399 \u1FC2\u1FCA\u0399 \u1FC3\u0397\u0399 \u1FC4\u0389\u0399 "
        + "\u1FC6\u0397\u0342 \u1FC7\u0397\u0342\u0399 \u1FCC\u0397\u0399 \u1FD2\u0399\u0308\u0300 \u1FD3\u0399\u0308\u0301 \u1FD6\u0399\u0342 "
        + "\u1FD7\u0399\u0308\u0342 \u1FE2\u03A5\u0308\u0300 \u1FE3\u03A5\u0308\u0301 \u1FE4\u03A1\u0313 \u1FE6\u03A5\u0342 \u1FE7\u03A5\u0308\u0342 "
        + "\u1FF2\u1FFA\u0399 \u1FF3\u03A9\u0399 \u1FF4\u038F\u0399 \u1FF6\u03A9\u0342 \u1FF7\u03A9\u0342\u0399 \u1FFC\u03A9\u0399 "
        + "\uFB00\u0046\u0046 \uFB01\u0046\u0049 \uFB02\u0046\u004C \uFB03\u0046\u0046\u0049 \uFB04\u0046\u0046\u004C \uFB05\u0053\u0054 "
        + "\uFB06\u0053\u0054 \uFB13\u0544\u0546 \uFB14\u0544\u0535 \uFB15\u0544\u053B \uFB16\u054E\u0546 \uFB17\u0544\u053D ";

    private static readonly FrozenDictionary<char, string> Known = Entries
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .ToFrozenDictionary(static entry => entry[0], static entry => entry[1..]);

    public static string? Find(char c) => c < 0xDF ? null : Known.GetValueOrDefault(c);
}
