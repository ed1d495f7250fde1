namespace OrleansInference.Unit.Tokenization;

/// <summary>The seed of a randomised test: ORLEANS_INFERENCE_SEED where it is set, else a new one; printed either way.</summary>
internal static class Seed
{
    public static int Next()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("ORLEANS_INFERENCE_SEED"), out int given) ? given : Random.Shared.Next();
        Console.WriteLine($"ORLEANS_INFERENCE_SEED={seed}");
        return seed;
    }
}
