namespace OrleansInference.Simulation.Kernel;

/// <summary>
/// Seeded random generator, split by name: draws under one name do not depend on the number of draws under another. So a scenario keeps the rest unchanged when
/// a part is removed. SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
/// </summary>
internal struct SeededRandom(ulong seed)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong _state = seed;

    /// <summary>Returns an independent generator for a name.</summary>
    public readonly SeededRandom Split(string name)
    {
        ulong hash = _state ^ 0xCBF29CE484222325;
        foreach (char c in name)
        {
            hash = (hash ^ c) * 0x100000001B3;
        }

        return new SeededRandom(Mix(hash));
    }

    /// <summary>Returns an independent generator for a number.</summary>
    public readonly SeededRandom Split(ulong number) => new(Mix(Mix(_state) + (number * Golden)));

    public ulong Next() => Mix(_state += Golden);

    /// <summary>Draws from 0 … <paramref name="end"/> − 1.</summary>
    public int Below(int end) => (int)Math.BigMul(Next(), (ulong)end, out _);

    /// <summary>Draws from <paramref name="least"/> … <paramref name="most"/>.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    public bool Chance(double probability) => Unit() < probability;

    /// <summary>Draws from 0 up to 1.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
