namespace OrleansInference.Models.Tokenization.Patterns;

internal enum RepeatMode
{
    Greedy,
    Lazy,
    Possessive,
}
