using System.Globalization;
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
