namespace OrleansInference.Text.Tokenization.Patterns;

internal enum RepeatMode
{
    Greedy,
    Lazy,
    Possessive,
}
