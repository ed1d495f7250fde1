using System.Text;

namespace OrleansInference.Text.Tokenization.Patterns;

/// <summary>Closes a set under simple case folding: 's' adds 'S' and 'ſ', 'k' adds 'K' and the Kelvin sign.</summary>
internal static class CaseFolding
{
    private static readonly Lazy<Dictionary<int, int[]>> Classes = new(BuildClasses);

    public static CharacterSet Close(CharacterSet set)
    {
        var builder = new CharacterSetBuilder();
        builder.Add(set);
        foreach ((int member, int[] others) in Classes.Value)
        {
            if (!set.Contains(member))
                continue;
            foreach (int other in others)
                builder.Add(other, other);
        }
        return builder.Build();
    }

    private static Dictionary<int, int[]> BuildClasses()
    {
        var byFold = new Dictionary<int, List<int>>();
        for (int c = 0; c <= CharacterSet.MaxCodePoint; c++)
        {
            if (!Rune.IsValid(c))
                continue;
            int fold = Fold(c);
            if (fold == c)
                continue;
            if (!byFold.TryGetValue(fold, out List<int>? members))
                byFold[fold] = members = [fold];
            members.Add(c);
        }
        var classes = new Dictionary<int, int[]>();
        foreach (List<int> members in byFold.Values)
        {
            int[] all = [.. members];
            foreach (int member in all)
                classes[member] = all;
        }
        return classes;
    }

    // The platform's invariant mapping does not change the long s; Unicode folds it to 's'.
    private static int Fold(int c) => c == 0x17F ? 's' : Rune.ToLowerInvariant(Rune.ToUpperInvariant(new Rune(c))).Value;
}
