namespace OrleansInference.Simulation.Kernel;

/// <summary>
/// Randomness from a seed, split by name: what is drawn under one name does not depend on how much was drawn under another, so a scenario from which something was
/// taken away keeps the rest as it was. SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
/// </summary>
internal struct SeededRandom(ulong seed)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong _state = seed;

    /// <summary>A stream of its own.</summary>
    public readonly SeededRandom Split(string name)
    {
        ulong hash = _state ^ 0xCBF29CE484222325;
        foreach (char c in name)
        {
            hash = (hash ^ c) * 0x100000001B3;
        }

        return new SeededRandom(Mix(hash));
    }

    /// <summary>A stream of its own.</summary>
    public readonly SeededRandom Split(ulong number) => new(Mix(Mix(_state) + (number * Golden)));

    public ulong Next() => Mix(_state += Golden);

    /// <summary>0 … <paramref name="end"/> − 1.</summary>
    public int Below(int end) => (int)Math.BigMul(Next(), (ulong)end, out _);

    /// <summary><paramref name="least"/> … <paramref name="most"/>.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    public bool Chance(double probability) => Unit() < probability;

    /// <summary>From 0 up to 1.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
