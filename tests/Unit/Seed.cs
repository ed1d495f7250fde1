using System.Globalization;

namespace OrleansInference.Unit;

/// <summary>The seed of a randomised test: from the environment, else fresh. It is printed, and belongs into every assertion's message.</summary>
internal static class Seed
{
    public static int Next()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("ORLEANS_INFERENCE_SEED"), CultureInfo.InvariantCulture, out int given) ? given : Random.Shared.Next();
        Console.WriteLine($"ORLEANS_INFERENCE_SEED={seed}");
        return seed;
    }
}
