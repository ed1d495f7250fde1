namespace OrleansInference.Text.Tokenization.Patterns;

/// <summary>One instruction of a compiled pattern.</summary>
internal sealed class PatternInstruction(PatternOperation operation)
{
    public PatternOperation Operation { get; } = operation;

    /// <summary>The set that the operation reads; with Split the set that the first branch must start with, if there is such a set.</summary>
    public CharacterSet? Set { get; init; }

    /// <summary>With Split the set that the second branch must start with, if there is such a set.</summary>
    public CharacterSet? SecondSet { get; set; }

    public int First { get; set; }

    public int Second { get; set; }

    public int Minimum { get; init; }

    public int Maximum { get; init; }

    public bool Negated { get; init; }

    public AnchorKind Anchor { get; init; }
}
