namespace OrleansInference.Models.Tokenization.Patterns;

/// <summary>What becomes of a delimiter that a text is split at.</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}
