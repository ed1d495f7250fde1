namespace OrleansInference.Text.Tokenization.Patterns;

/// <summary>Treatment of the delimiter at which a text is split.</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}
