using System.Text;
using OrleansInference.Text.Templates.Values;
using static OrleansInference.Text.Templates.Functions.FunctionTable;

namespace OrleansInference.Text.Templates.Functions;

internal static partial class StringMethods
{
    private static NativeFunction[] Classify() =>
    [
        Predicate("isalpha", static rune => Rune.IsLetter(rune)),
        Predicate("isdigit", static rune => Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber || IsDigitLike(rune)),
        Predicate("isdecimal", static rune => Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber),
        Predicate("isnumeric", static rune => Rune.GetNumericValue(rune) >= 0),
        Predicate("isalnum", static rune => Rune.IsLetter(rune) || Rune.IsNumber(rune)),
        Predicate("isspace", static rune => rune.IsBmp && PythonText.IsSpace((char)rune.Value)),
        Method("isascii", "", static (_, a) => BooleanValue.Of(Ascii.IsValid(Self(a).Text))),
        Method("isidentifier", "", static (_, a) => BooleanValue.Of(IsIdentifier(Self(a).Text))),
        Method("islower", "", static (context, a) => BooleanValue.Of(CaseMapping.IsLower(Self(a).Text, context))),
        Method("isupper", "", static (context, a) => BooleanValue.Of(CaseMapping.IsUpper(Self(a).Text, context))),
        Method("istitle", "", static (context, a) => BooleanValue.Of(CaseMapping.IsTitle(Self(a).Text, context))),
    ];

    private static NativeFunction Predicate(string name, Func<Rune, bool> holds) => Method(name, "", (context, a) =>
    {
        string text = Self(a).Text;
        context.Scan(text.Length * 8L);
        bool all = text.Length > 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            all = all && holds(rune);
        }

        return BooleanValue.Of(all);
    });

    // Superscripts and circled digits are digits to Python, other numbers are not.
    private static bool IsDigitLike(Rune rune) => rune.Value is 0xB2 or 0xB3 or 0xB9 or 0x2070 or (>= 0x2074 and <= 0x2079) or (>= 0x2080 and <= 0x2089)
        or (>= 0x2460 and <= 0x2468) or (>= 0x2474 and <= 0x247C) or (>= 0x2488 and <= 0x2490) or 0x24EA;

    private static bool IsIdentifier(string text)
        => text.Length > 0 && (char.IsLetter(text[0]) || text[0] == '_') && text.All(static c => char.IsLetterOrDigit(c) || c == '_');
}
