using System.Globalization;

namespace OrleansInference.Unit.Serving;

/// <summary>The seed of a randomised test: from the environment, else fresh; put it into every assertion's message.</summary>
internal static class Seed
{
    public static int Next() =>
        int.TryParse(Environment.GetEnvironmentVariable("ORLEANS_INFERENCE_SEED"), CultureInfo.InvariantCulture, out int seed) ? seed : Random.Shared.Next();
}
