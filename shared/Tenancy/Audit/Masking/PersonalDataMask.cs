using System.Text;

namespace OrleansInference.Tenancy.Audit.Masking;

/// <summary>Replaces personal data in texts, such as <c>[email]</c> for an address of mail. The time is linear in the length of the text, whatever it contains.</summary>
public sealed class PersonalDataMask
{
    private const string AllKinds = "all";
    private const string NoKind = "none";

    // In order of precedence: where two rules match, the first one counts.
    private static readonly MaskRule[] Rules =
    [
        new("email", FirstCharacters.Letter | FirstCharacters.Digit | FirstCharacters.Symbol, ContactRules.Email) { HasOwnBorders = true },
        new("iban", FirstCharacters.Letter, PaymentRules.Iban),
        new("card", FirstCharacters.Digit, PaymentRules.Card),
        new("cn-resident-id", FirstCharacters.Digit, WorldRules.Chinese),
        new("fr-nir", FirstCharacters.Digit, EuropeanRules.FrenchRegister),
        new("de-tax-id", FirstCharacters.Digit, EuropeanRules.GermanTax),
        new("pl-pesel", FirstCharacters.Digit, EuropeanRules.Polish),
        new("us-ssn", FirstCharacters.Digit, WorldRules.American),
        new("ca-sin", FirstCharacters.Digit, WorldRules.Canadian),
        new("br-cpf", FirstCharacters.Digit, WorldRules.Brazilian),
        new("in-aadhaar", FirstCharacters.Digit, WorldRules.Indian),
        new("kr-rrn", FirstCharacters.Digit, WorldRules.Korean),
        new("nl-bsn", FirstCharacters.Digit, EuropeanRules.Dutch),
        new("be-rrn", FirstCharacters.Digit, EuropeanRules.Belgian),
        new("ch-ahv", FirstCharacters.Digit, EuropeanRules.Swiss),
        new("fi-hetu", FirstCharacters.Digit, EuropeanRules.Finnish),
        new("se-personnummer", FirstCharacters.Digit, EuropeanRules.Swedish),
        new("es-dni", FirstCharacters.Digit | FirstCharacters.Letter, EuropeanRules.Spanish),
        new("gb-nino", FirstCharacters.Letter, EuropeanRules.BritishInsurance),
        new("it-codice-fiscale", FirstCharacters.Letter, EuropeanRules.ItalianFiscal),
        new("phone", FirstCharacters.Digit | FirstCharacters.Phone, ContactRules.Phone),
    ];

    private readonly MaskRule[] _rules;

    private PersonalDataMask(MaskRule[] rules) => _rules = rules;

    /// <summary>Masks all kinds.</summary>
    public static PersonalDataMask All { get; } = new(Rules);

    /// <summary>Masks nothing.</summary>
    public static PersonalDataMask None { get; } = new([]);

    /// <summary>Names of all kinds.</summary>
    public static IReadOnlyList<string> Known { get; } = [.. Rules.Select(static rule => rule.Name)];

    /// <summary>Names of the kinds that are masked.</summary>
    public IReadOnlyList<string> Kinds => [.. _rules.Select(static rule => rule.Name)];

    /// <summary>Reads names of kinds, separated by commas; <c>all</c> and <c>none</c> stand for all kinds and for none.</summary>
    /// <exception cref="FormatException">A name is unknown. The message names the known ones.</exception>
    public static PersonalDataMask Parse(string kinds) => TryParse(kinds, out PersonalDataMask mask, out string fault) ? mask : throw new FormatException(fault);

    /// <summary>Reads names of kinds, see <see cref="Parse"/>.</summary>
    /// <param name="kinds">Names, separated by commas.</param>
    /// <param name="mask">The mask; one for all kinds if a name is unknown.</param>
    /// <param name="fault">The unknown name and the known ones; empty if all are known.</param>
    /// <returns>Whether all names are known.</returns>
    public static bool TryParse(string kinds, out PersonalDataMask mask, out string fault)
    {
        string[] names = kinds.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string? unknown = Array.Find(names, static name => name is not (AllKinds or NoKind) && !Known.Contains(name));
        fault = unknown is null ? string.Empty : $"'{unknown}' is no kind of personal data; expected {AllKinds}, {NoKind}, or some of {string.Join(", ", Known)}.";
        mask = unknown is not null || names.Contains(AllKinds) ? All : new PersonalDataMask(Array.FindAll(Rules, rule => names.Contains(rule.Name)));
        return unknown is null;
    }

    /// <summary>Replaces what is found.</summary>
    /// <returns>The masked text, which is the same object if nothing was found.</returns>
    public string Apply(string text)
    {
        StringBuilder? masked = null;
        bool hasMail = text.Contains('@', StringComparison.Ordinal);
        int copied = 0;
        for (int at = 0; at < text.Length; at++)
        {
            FirstCharacters kind = KindOf(text[at]);
            if (kind == FirstCharacters.None || Find(text, at, kind, hasMail, out int length) is not { } rule)
            {
                continue;
            }

            masked ??= new StringBuilder(text.Length);
            masked.Append(text, copied, at - copied).Append(rule.Replacement);
            copied = at + length;
            at = copied - 1;
        }

        return masked is null ? text : masked.Append(text, copied, text.Length - copied).ToString();
    }

    private MaskRule? Find(string text, int at, FirstCharacters kind, bool hasMail, out int length)
    {
        length = 0;
        bool begins = Scan.BeginsAt(text, at);
        if (!begins && !hasMail)
        {
            return null;
        }

        foreach (MaskRule rule in _rules)
        {
            if ((rule.Begins & kind) != 0 && (rule.HasOwnBorders ? hasMail : begins) && rule.Match(text, at) is > 0 and var found)
            {
                length = found;
                return rule;
            }
        }

        return null;
    }

    private static FirstCharacters KindOf(char character) =>
        char.IsAsciiDigit(character) ? FirstCharacters.Digit
        : char.IsLetter(character) ? FirstCharacters.Letter
        : character is '+' or '(' ? FirstCharacters.Phone | (character == '+' ? FirstCharacters.Symbol : FirstCharacters.None)
        : character is '.' or '_' or '%' or '-' or '~' or '!' or '#' or '$' or '&' or '*' ? FirstCharacters.Symbol
        : FirstCharacters.None;
}
