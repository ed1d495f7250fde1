namespace OrleansInference.Unit;

/// <summary>Runs random tests so that they can be replayed.</summary>
internal static class Seeded
{
    /// <summary>Runs a test body; a failure names the seed that replays it.</summary>
    public static void Run(Action<Random> body, int? fixedSeed = null)
    {
        int seed = fixedSeed ?? Seed.Next();
        try
        {
            body(new Random(seed));
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"Replay with ORLEANS_INFERENCE_SEED={seed}: {exception.Message}", exception);
        }
    }
}
