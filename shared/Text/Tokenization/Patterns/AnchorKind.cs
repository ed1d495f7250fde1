namespace OrleansInference.Text.Tokenization.Patterns;

internal enum AnchorKind
{
    LineStart,
    LineEnd,
    TextStart,
    TextEnd,
    TextEndOrFinalNewline,
    WordBoundary,
    NotWordBoundary,
}
